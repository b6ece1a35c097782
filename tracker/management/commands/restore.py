"""`manage.py restore FOLDER`: a backup into an empty database, which is then verified."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection, connections, transaction
from django.db.migrations.loader import MigrationLoader
from tqdm import tqdm

from claims.ledger import databases, log, signing
from claims.ledger.entry import Entry, commitment, leaf_hash
from claims.ledger.merkle import Frontier
from claims.replay import replay
from tracker import backups, ground
from tracker.management.commands.backup import KEYS, OWNER


class Command(BaseCommand):
    help = "Restore a backup into an empty database, bring its tables up to date, and verify it."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--keys", type=Path, metavar="FOLDER", help="also put back the signer's files from here"
        )

    def handle(self, *args: Any, folder: Path, keys: Path | None, **options: Any) -> None:
        if OWNER not in settings.DATABASES:
            raise CommandError("Only the tables' owner may do this: set OWNER_DATABASE_URL.")
        try:
            databases.refuse_apart(OWNER)
            self.refuse_unfit()
            found = backups.checked(folder)
            self.refuse_newer(found)
            secrets = self.secrets(keys) if keys else {}
            with tqdm(
                desc="Restoring", total=backups.weight(folder), unit="B", unit_scale=True
            ) as bar:
                backups.load(folder, settings.DATABASES[OWNER], progress=bar.update)
        except (
            backups.Unusable, databases.Apart, signing.Unusable, DatabaseError, OSError,
        ) as error:  # fmt: skip
            said = str(error).partition("\n")[0]
            raise CommandError(f"Nothing was restored: {said}") from error
        call_command("migrate", verbosity=0)
        self.verify(found)
        for source, target in secrets.items():
            try:
                backups.copy(source, target)
            except OSError as error:
                raise CommandError(
                    f"The database is restored and holds, but {error.filename or target}: "
                    f"{error.strerror}. Copy {source} to {target} as the signer's user."
                ) from error
            self.stdout.write(f"{target} is back; it must belong to the signer's user.")

    def refuse_unfit(self) -> None:
        """Raise Unusable unless this is an empty database of the right kind."""
        for flaw in ground.flaws(OWNER):
            raise backups.Unusable(str(flaw))
        if lack := ground.unowned(OWNER):
            raise backups.Unusable(str(lack))
        with connections[OWNER].cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace IN"
                " (SELECT oid FROM pg_namespace WHERE nspname IN ('public', 'ledger'))"
            )
            tables = cursor.fetchone()[0]
        connections[OWNER].close()
        if tables:
            raise backups.Unusable(
                f"this database has {tables} tables already. Make an empty one, run "
                "tracker/roles.sql in it, do not migrate it, and name it in the addresses."
            )

    def refuse_newer(self, found: dict[str, Any]) -> None:
        """A backup of a newer release has tables that this one does not know."""
        known = ground.known(MigrationLoader(None))
        if unknown := sorted(set(found["migrations"]) - known):
            raise backups.Unusable(
                f"the backup was made by another release, with {unknown[-1]}. Install that one, or "
                "a newer one."
            )

    def secrets(self, keys: Path) -> dict[Path, Path]:
        """The signer's files and where they belong, where nothing may stand yet."""
        pairs = {keys / name: Path(getattr(settings, value)) for name, value in KEYS.items()}
        found = {source: target for source, target in pairs.items() if source.exists()}
        if not found:
            raise backups.Unusable(f"{keys} holds neither a key nor a checkpoint.")
        for target in found.values():
            if target.exists():
                raise backups.Unusable(f"{target} exists. Move it away first, and keep it.")
        if (keys / "key") in found:
            signing.keys(keys / "key")
        return found

    def verify(self, found: dict[str, Any]) -> None:
        """Add up the log, the claims and the documents again; CommandError where they differ."""
        wrong = [*self.log_faults(found), *self.document_faults()]
        with tqdm(desc="Folding", total=found["size"], unit=" events") as bar:

            def progress(done: int, of: int) -> None:
                bar.update(done - bar.n)

            again = replay(mend=False, progress=progress)
        if again.different:
            wrong.append(f"{len(again.different):,} claims are not what the log says")
        # A newer release's claims may have more columns, and so another digest.
        if self.applied() == set(found["migrations"]) and again.digest != found["digest"]:
            wrong.append("the claims have another digest than in the manifest")
        if wrong:
            raise CommandError(
                f"What was restored does not hold: {'; '.join(wrong)}. Do not work with it: drop "
                "this database and take another backup."
            )
        self.stdout.write(f"{again.size:,} events and {again.claims:,} claims are restored.")
        self.stdout.write(f"Verified: root {found['root']}, digest {again.digest}")

    def log_faults(self, found: dict[str, Any]) -> list[str]:
        """Every entry's hashes, from its own words on."""
        whole, broken = Frontier(), 0
        with transaction.atomic():
            size = log.size()
            for entry in tqdm(log.by_position(end=size), "Verifying", size, unit=" events"):
                leaf = leaf_hash(entry.leaf())
                broken += leaf != entry.leaf_hash or not _committed(entry)
                whole.append(leaf)
        faults = [f"{broken:,} events do not have their hash"] if broken else []
        if (size, whole.root().hex()) != (found["size"], found["root"]):
            faults.append("the log has another root than in the manifest")
        return faults

    def document_faults(self) -> list[str]:
        """The bytes of every document that was not taken down."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
            cursor.execute(
                "SELECT count(*) FROM sources_version"
                " WHERE removed_at IS NULL AND encode(sha256(body), 'hex') <> sha256"
            )
            broken = cursor.fetchone()[0]
        return [f"{broken:,} documents do not have their hash"] if broken else []

    def applied(self) -> set[str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT app || '.' || name FROM django_migrations")
            return {row[0] for row in cursor.fetchall()}


def _committed(entry: Entry) -> bool:
    """Is the body what the entry commits to? Of an erased one nothing is left to compare."""
    if entry.salt is None or entry.body is None:
        return entry.erased_by is not None
    return commitment(entry.salt, entry.body) == entry.commitment
