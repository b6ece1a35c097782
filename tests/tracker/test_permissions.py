"""Who may do what, asked of every address of the admin.

One row for each address: what it answers to GET and to POST, for each kind of person. An address
that has no row here fails the test: whoever adds one says who may use it.
"""
