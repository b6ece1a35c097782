"""What the desk costs, as ratios to a limit that is measured in the same run; docs/benchmarks.md.

`python3 manage.py benchmark` measures. In an ordinary run of the tests everything here runs once
on next to nothing, so that it cannot rot.
"""
