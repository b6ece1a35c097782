"""`manage.py backup FOLDER`: the whole database of one moment, documents and keys apart."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from tqdm import tqdm

from claims import digest
from claims.ledger import databases, log
from claims.ledger.merkle import Frontier
from tracker import backups

OWNER = "owner"
KEYS = {"key": "SIGNING_KEY_FILE", "checkpoint": "CHECKPOINT_FILE"}


class Command(BaseCommand):
    help = "Write the database, while the desk goes on, to a folder that `restore` takes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--keys", type=Path, metavar="FOLDER", help="also copy the signer's files, to here"
        )

    def handle(self, *args: Any, folder: Path, keys: Path | None, **options: Any) -> None:
        if OWNER not in settings.DATABASES:
            raise CommandError("Only the tables' owner reads them all: set OWNER_DATABASE_URL.")
        if keys and keys.resolve().is_relative_to(folder.resolve()):
            raise CommandError("Keys stay apart from the data: name another folder for --keys.")
        try:
            databases.refuse_apart(OWNER)
            if keys:
                backups.room(keys)
            backups.room(folder)
            found = self.write(folder)
            self.stdout.write(f"{found['size']:,} events and all documents are in {folder}.")
            self.stdout.write(f"Root of the log: {found['root']}")
            if keys:
                self.keep(keys)
        except (backups.Unusable, databases.Apart, DatabaseError) as error:
            said = str(error).partition("\n")[0]
            raise CommandError(f"This is no backup: {said}") from error
        except OSError as error:
            raise CommandError(
                f"This is no backup: {error.filename or folder}: {error.strerror}. Mend that or "
                f"name another folder; what is in {folder} can be deleted."
            ) from error
        if not keys:
            self.stdout.write("Keys are not in it: see “Backups” in docs/operations.md.")

    def write(self, folder: Path) -> dict[str, Any]:
        """The files, and what they add up to, all of one moment."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SET LOCAL statement_timeout = 0")
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            cursor.execute("SELECT pg_export_snapshot()")
            snapshot = cursor.fetchone()[0]
            with tqdm(desc="Writing", unit="B", unit_scale=True, dynamic_ncols=True) as bar:
                owner = settings.DATABASES[OWNER]
                backups.dump(folder, owner, snapshot=snapshot, progress=bar.update)
            size, whole = log.size(), Frontier()
            for entry in tqdm(log.by_position(end=size), "Adding up", size, unit=" events"):
                whole.append(entry.leaf_hash)
            applied = MigrationRecorder(connection).applied_migrations()
            found = {
                "size": size,
                "root": whole.root().hex(),
                "digest": digest.of(),
                "migrations": sorted(".".join(one) for one in applied),
            }
        backups.seal(folder, found)
        return found

    def keep(self, keys: Path) -> None:
        """Copy what the signer alone has; a desk that signs nothing has none."""
        for name, setting in KEYS.items():
            path = Path(getattr(settings, setting))
            if not path.exists():
                self.stderr.write(f"There is no {path} ({setting}) to keep.")
                continue
            backups.copy(path, keys / name)
            self.stdout.write(f"{setting} is in {keys / name}.")
