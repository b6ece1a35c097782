"""How long a connection to PostgreSQL waits for an answer, and PostgreSQL for the connection.

A machine that loses its power tells nobody. Without limits PostgreSQL keeps what such a client had
locked for two hours, the log's head or the turn to place a document among it, and a client waits as
long for a server that is gone: that is when Linux asks for the first time whether anybody is there.
"""

from typing import Any

# Of the session, at the server: what it waits for, and when it takes its client for dead.
SESSION = {
    "lock_timeout": "5s",
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "60s",
    "tcp_keepalives_idle": "60",
    "tcp_keepalives_interval": "15",
    "tcp_keepalives_count": "4",
}
# Django's OPTIONS of a database; the rest is the client's own (libpq), in seconds.
OPTIONS: dict[str, Any] = {
    "options": " ".join(f"-c {name}={value}" for name, value in SESSION.items()),
    "connect_timeout": 5,
    "keepalives_idle": 60,
    "keepalives_interval": 15,
    "keepalives_count": 4,
}
# The same of a replica. Nobody waits long for one, since the primary answers in its place; and no
# server that was promoted, or named by mistake, is written to through it.
READS: dict[str, Any] = OPTIONS | {
    "options": f"{OPTIONS['options']} -c default_transaction_read_only=on",
    "connect_timeout": 2,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 2,
    "tcp_user_timeout": 5000,  # milliseconds
}


def limited(named: dict[str, Any], *, pool: int, replica: bool = False) -> dict[str, Any]:
    """A database of Django's settings, for which nobody waits without an end.

    The threads of a process share as many connections as the `pool` has; without one each thread
    keeps its own for a minute.
    """
    options = READS if replica else OPTIONS
    if not pool:
        kept = {"CONN_HEALTH_CHECKS": True, "CONN_MAX_AGE": 60}
        return named | kept | {"OPTIONS": options | named.get("OPTIONS", {})}
    shared = {"min_size": 1, "max_size": pool, "timeout": 2 if replica else 10}
    options = {**options, "pool": shared, **named.get("OPTIONS", {})}
    return named | {"ENGINE": "tracker.pooled", "OPTIONS": options}
