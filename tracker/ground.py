"""What the desk stands on: whether a database is one that it can live in, and what to do if not.

Asked before tables are made or filled, since a wrong beginning is cheap to mend then only, and by
`manage.py doctor` at any time.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connections
from django.db.migrations.loader import MigrationLoader

OLDEST = 15  # of PostgreSQL's major versions
ASKED = """
SELECT current_setting('server_version_num')::integer / 10000,
    current_setting('server_encoding'),
    array(SELECT name FROM unnest(array['ledger', 'owner', 'app', 'signer']) AS name
        WHERE to_regrole('tracker_' || name) IS NULL)
"""
# Written as an escape: a parameter would be in the client's encoding.
FOLDS = r"SELECT lower(U&'\00C9') = U&'\00E9'"
MAY = """
SELECT current_user, has_database_privilege(current_database(), 'CREATE')
    AND has_schema_privilege('public', 'CREATE') AND pg_has_role('tracker_ledger', 'MEMBER')
"""
ANOTHER = (
    "make another one with the line of docs/install.md (createdb --encoding=UTF8 ...); where this "
    "one holds a desk, restore a backup of it there"
)


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with a database and what to do about it."""

    state: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.state}: {self.remedy}."


def flaws(alias: str) -> Iterator[Flaw]:
    """What a server and its database lack, whatever tables they hold."""
    with connections[alias].cursor() as cursor:
        cursor.execute(ASKED)
        version, encoding, missing = cursor.fetchone()
        if version < OLDEST:
            state = f"the server is PostgreSQL {version}, older than {OLDEST}"
            yield Flaw(state, "upgrade it (pg_upgrade), or restore a backup into a newer one")
        if encoding == "UTF8":
            cursor.execute(FOLDS)
            if not cursor.fetchone()[0]:
                state = "the database's locale takes É and é for different letters"
                yield Flaw(f"{state}, so that French is not found", ANOTHER)
        else:
            yield Flaw(f"the database's encoding is {encoding} and not UTF8", ANOTHER)
        if missing:
            names = ", ".join(f"tracker_{name}" for name in missing)
            remedy = "run tracker/passwords.sql as a superuser, as docs/install.md says"
            yield Flaw(f"the server has no role {names}", remedy)


def unowned(alias: str) -> Flaw | None:
    """Why this role may not make the desk's tables in this database."""
    with connections[alias].cursor() as cursor:
        cursor.execute(MAY)
        role, may = cursor.fetchone()
    if may:
        return None
    return Flaw(
        f"{role} may not make tables in this database",
        "let OWNER_DATABASE_URL name tracker_owner, and run tracker/roles.sql in this database",
    )


def newer(alias: str) -> list[str]:
    """Migrations that were applied here and that this release does not know, as `app.name`.

    Those of apps that are no longer installed do not count.
    """
    loader = MigrationLoader(connections[alias])
    applied = {".".join(one) for one in loader.applied_migrations if one[0] in loader.migrated_apps}
    return sorted(applied - known(loader))


def known(loader: MigrationLoader) -> set[str]:
    """The migrations of this release, and those that they replace, as `app.name`."""
    replaced = (old for one in loader.disk_migrations.values() for old in one.replaces)
    return {".".join(one) for one in (*loader.disk_migrations, *replaced)}
