"""Whether two roles reach one database: what the owner writes is verified as the application.

A restored log must not be vouched for by reading another one, which an address that was left as it
was would bring about.
"""

from django.db import connections

# No two servers start in the same microsecond, and a server's databases have a number each.
IDENTITY = """
SELECT pg_postmaster_start_time(), oid FROM pg_database WHERE datname = current_database()
"""


class Apart(Exception):
    """DATABASE_URL and OWNER_DATABASE_URL lead to two databases: let both name the same one."""

    def __str__(self) -> str:
        return str(self.__doc__).rstrip(".")


def refuse_apart(owner: str, *, using: str = "default") -> None:
    """Raises Apart where the two connections lead to different databases or servers."""
    found = set()
    for alias in (owner, using):
        with connections[alias].cursor() as cursor:
            cursor.execute(IDENTITY)
            found.add(cursor.fetchone())
    if len(found) > 1:
        raise Apart
