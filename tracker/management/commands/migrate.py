"""`migrate`, as the role that owns the tables: the application's own role cannot change them."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.core.management.commands import migrate
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

from tracker import ground


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
        self.refuse(options["database"])
        with connections[options["database"]].cursor() as cursor:
            cursor.execute("SET lock_timeout = '5s'; SET statement_timeout = 0")
        super().handle(*args, **options)

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
