"""`migrate`, as the role that owns the tables: the application's own role cannot change them."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.core.management.commands import migrate
from django.db import connections


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
        with connections[options["database"]].cursor() as cursor:
            cursor.execute("SET lock_timeout = '5s'; SET statement_timeout = 0")
        super().handle(*args, **options)
