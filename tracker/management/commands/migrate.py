"""`migrate`, as the role that owns the tables: the application's own role cannot change them."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.core.management.commands import migrate
from django.db import DatabaseError, connections
from django.db.migrations.recorder import MigrationRecorder

from tracker import ground

TURN = 0x6D696772  # an advisory lock of this command alone: "migr"


class Command(migrate.Command):
    """Django's migrate on the alias "owner", where there is one.

    A migration may take as long as it needs, but must not queue long for a lock: everyone else
    would queue behind it.
    """

    def add_arguments(self, parser: CommandParser) -> None:
        """Django's arguments, with another default."""
        super().add_arguments(parser)
        if "owner" in settings.DATABASES:
            parser.set_defaults(database="owner")

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate, with limits that suit a change of tables."""
        alias = options["database"]
        with self.alone(alias):
            self.refuse(alias)
            with connections[alias].cursor() as cursor:
                cursor.execute("SET lock_timeout = '5s'")
            super().handle(*args, **options)

    @contextmanager
    def alone(self, alias: str) -> Iterator[None]:
        """Wait for another migrate to end: two at once would make the same tables."""
        with connections[alias].cursor() as cursor:
            cursor.execute("SET lock_timeout = 0; SET statement_timeout = 0")
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [TURN])
            if not cursor.fetchone()[0]:
                self.stderr.write("Another migrate is at work here; waiting for it to end ...")
                cursor.execute("SELECT pg_advisory_lock(%s)", [TURN])
        try:
            yield
        finally:
            with suppress(DatabaseError), connections[alias].cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [TURN])

    def refuse(self, alias: str) -> None:
        """Raise CommandError where the database is no place for these tables.

        A desk that lives in a wrong one already is not kept from a newer release.
        """
        if not MigrationRecorder(connections[alias]).has_table():
            for flaw in ground.flaws(alias):
                raise CommandError(f"No table was made: {flaw}")
        if lack := ground.unowned(alias):
            raise CommandError(f"No table was changed: {lack}")
        if unknown := ground.newer(alias):
            raise CommandError(
                f"No table was changed: they were made by a newer release ({unknown[-1]}). Install "
                "that one or a newer one; to go back, let it undo its own migrations first "
                "(manage.py migrate APP NUMBER), or restore a backup of before."
            )
