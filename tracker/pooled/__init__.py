"""Django's PostgreSQL for a web process, whose threads share connections (settings.database)."""
