"""The reviewers' pages: one module per screen, its templates beside it.

A page translates a form into one call of `review` and shows what came of it; it writes nothing
itself. What documents say is hostile text, which templates escape and nothing marks as safe.
"""
