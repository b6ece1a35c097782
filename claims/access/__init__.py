"""Who may come in: second factors, sessions, whose address is believed, who may do what for whom.

What comes in is a person with a session. Clients with API keys have their own room (`clients`), and
nothing here holds for them: a key is neither guessed nor typed.
"""
