"""A day at a desk, compressed into minutes: its people, what they ask, and what it costs.

`python3 manage.py test tests/load` lives half a minute of it with few people, and all of it is
`LOAD=day python3 manage.py benchmark tests/load -k a_day_at_a_desk`; docs/scale.md has the figures.
"""
