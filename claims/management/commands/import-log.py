"""`manage.py import-log FOLDER`: an exported log in an empty database, and the desk as it was."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connections, transaction
from tqdm import tqdm

from claims.ledger import databases, export, log, tree
from claims.ledger.note import Checkpoint, Note, NoteError
from claims.ledger.verify import command
from claims.replay import replay

OWNER = "owner"


class Command(BaseCommand):
    help = "Take an exported log over into an empty database, each event exactly as it was."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--key", action="append", metavar="VKEY", help="verify the whole export with it first"
        )

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        if OWNER not in settings.DATABASES:
            raise CommandError("Only the ledger's owner may do this: set OWNER_DATABASE_URL.")
        try:
            databases.refuse_apart(OWNER)
        except databases.Apart as error:
            raise CommandError(f"Nothing was imported: {error}.") from error
        if size := log.size():
            raise CommandError(
                f"This database holds {size:,} events; a log is taken over into an empty one."
            )
        try:
            manifest = export.checked(folder)
        except export.Unimportable as error:
            raise CommandError(f"Nothing was imported: {error}") from error
        self.verify(folder, options["key"])
        self.take_over(folder, manifest)
        self.replay(manifest)

    def verify(self, folder: Path, keys: list[str] | None) -> None:
        """Everything that an outsider would check, where a key is given to check it with."""
        if not keys:
            self.stderr.write("No --key was given: nobody vouches for this log.")
            return
        given = [part for key in keys for part in ("--key", key)]
        if command.main(["log", str(folder), *given]):
            raise CommandError("Nothing was imported: the export does not hold, see above.")

    def take_over(self, folder: Path, manifest: dict[str, Any]) -> None:
        """All events in one transaction, so that an import is whole or did not happen."""
        using = connections[OWNER]
        try:
            with transaction.atomic(using=OWNER), _bar("Importing", manifest["size"]) as bar:
                with using.cursor() as cursor:
                    cursor.execute("SET LOCAL statement_timeout = 0")
                    cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
                for count, batch in export.batches(folder):
                    log.take_over(batch, using=using)
                    bar.update(count)
                self.publish(folder, manifest)
        except (DatabaseError, log.Occupied, export.Unimportable, NoteError) as error:
            said = str(error).partition("\n")[0]
            raise CommandError(f"Nothing was imported: {said}") from error

    def publish(self, folder: Path, manifest: dict[str, Any]) -> None:
        """The tiles, which must lead to the export's root, and its newest checkpoint."""
        tree.store_tiles(manifest["size"], using=OWNER)
        root = tree.Tree(manifest["size"], using=OWNER).root()
        if root.hex() != manifest["root"]:
            raise export.Unimportable("the events do not add up to the root of the manifest")
        if export.CHECKPOINT in manifest["files"]:
            note = (folder / export.CHECKPOINT).read_bytes()
            tree.publish(Checkpoint.parse(Note.parse(note).text), note, using=OWNER)

    def replay(self, manifest: dict[str, Any]) -> None:
        """Fold the read side from what was imported, and compare it with the export's."""
        with _bar("Folding", manifest["size"]) as bar:

            def progress(done: int, of: int) -> None:
                bar.update(done - bar.n)

            found = replay(mend=True, progress=progress)
        self.stdout.write(f"{found.size:,} events and {found.claims:,} claims are imported.")
        self.stdout.write(f"Digest of the claims: {found.digest}")
        expected = manifest["files"][export.CLAIMS]
        if found.digest != expected:
            raise CommandError(
                f"The claims of the export have another digest ({expected}): they were not what "
                "its events add up to. What is here now is what the events say."
            )


def _bar(what: str, of: int) -> "tqdm[Any]":
    return tqdm(desc=what, total=of, unit=" events", dynamic_ncols=True)
