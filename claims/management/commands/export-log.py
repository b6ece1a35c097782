"""`manage.py export-log FOLDER`: the whole log and the read side, of one moment, in files."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction
from tqdm import tqdm

from claims import digest
from claims.ledger import log, tree
from claims.ledger.export import Unexportable, export


class Command(BaseCommand):
    help = "Write the whole log to a folder that anyone can verify, and that import-log takes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        with transaction.atomic():
            with connection.cursor() as cursor:
                # Log, checkpoint and claims of one moment, while the desk goes on.
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                cursor.execute("SET LOCAL statement_timeout = 0")
                cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            size, signed = log.size(), tree.newest()
            with tqdm(total=size, desc="Exporting", unit=" events", dynamic_ncols=True) as bar:
                try:
                    export(
                        folder,
                        entries=log.by_position(end=size),
                        claims=digest.lines(),
                        checkpoint=(signed.size, signed.note) if signed else None,
                        progress=bar.update,
                    )
                except Unexportable as error:
                    raise CommandError(str(error)) from error
                except OSError as error:
                    raise CommandError(f"{error.filename or folder}: {error.strerror}") from error
        self.stdout.write(f"{size:,} events are in {folder}.")
        if signed is None:
            self.stdout.write("No checkpoint covers them: run sign-checkpoints, then export again.")
        elif signed.size < size:
            self.stdout.write(f"The newest checkpoint covers {signed.size:,} of them.")
