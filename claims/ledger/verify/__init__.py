"""The outsider's checks of a log: no Django, no database, and no trust in whoever publishes it.

`command` asks, `questions` answers; `places` and `published` read the log, `whole` checks its tree,
`told` and `checks` what was said, and `replayed` folds it with the very words the desk folds with.
"""
