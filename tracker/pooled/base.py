"""Takes a connection from the pool without asking the server first whether it still answers.

Django has the pool make a round trip each time, which is a quarter of what a read of a status
takes. A server that restarts or dies closes its connections, and that can be seen here: an idle
connection has nothing to read. Only where it has something is the server asked.
"""

import select
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg_pool import ConnectionPool


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own but for that; CONN_HEALTH_CHECKS has to be off, or the pool asks as well."""

    def get_new_connection(self, conn_params: Any) -> Any:
        """A connection that stands, as far as this machine knows."""
        while True:
            connection = super().get_new_connection(conn_params)
            if not _told_something(connection):
                return connection
            try:
                ConnectionPool.check_connection(connection)
            except psycopg.Error:
                self.pool.putconn(connection)  # which makes another one in its place
            else:
                return connection


def _told_something(connection: psycopg.Connection[Any]) -> bool:
    """Whether the server has sent, or ended, what nobody has read."""
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    return bool(waiting.poll(0))
