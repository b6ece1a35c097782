"""`manage.py replay`: fold the whole ledger again and prove the read side equal to it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from claims.replay import Replayed, keep, replay


class Command(BaseCommand):
    help = "Rebuild the claims from the ledger beside the live ones, compare, and swap."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="only compare; exit 1 where they differ"
        )
        parser.add_argument(
            "--digest", help="the digest to compare with; exit 1 where the claims have another one"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with tqdm(desc="Folding", unit=" events", dynamic_ncols=True) as bar:

            def progress(done: int, of: int) -> None:
                bar.total = of
                bar.update(done - bar.n)

            found = replay(mend=not options["check"], progress=progress)
        keep(found, mended=not options["check"], at=timezone.now())
        self.tell(found, check=options["check"])
        self.stdout.write(f"Digest of the claims at {found.size:,} events: {found.digest}")
        if options["digest"] not in (None, found.digest):
            raise CommandError(f"The digest was to be {options['digest']}: other claims.")

    def tell(self, found: Replayed, *, check: bool) -> None:
        """Say whether the read side was what the ledger says."""
        whole = f"{found.size:,} events add up to {found.claims:,} claims"
        if not found.different:
            self.stdout.write(f"{whole}; the read side is equal to them.")
            return
        names = ", ".join(str(claim) for claim in found.different[:10])
        said = f"{whole}; {len(found.different):,} differed on the read side: {names}"
        if check:
            raise CommandError(f"{said}. Run `manage.py replay` to replace them.")
        self.stdout.write(f"{said}. They were replaced by what the ledger says.")
