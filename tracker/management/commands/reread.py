"""`manage.py reread [--apply]`: what newer rules of reading would change, and changing it."""

from itertools import islice
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone
from tqdm import tqdm

from workers.reread import outdated, reread


class Command(BaseCommand):
    help = "Read documents again that older rules have read; changes nothing without --apply."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--apply", action="store_true", help="change it")
        parser.add_argument("--limit", type=int, help="so many documents at the most")

    def handle(self, *args: Any, **options: Any) -> None:
        at, passages, new, gone = timezone.now(), 0, 0, 0
        chosen = list(islice(outdated(), options["limit"]))
        for document, version in tqdm(chosen, desc="Reading", unit=" documents"):
            found = reread(document, version, apply=options["apply"], at=at)
            passages, new, gone = passages + found.passages, new + found.new, gone + found.gone
            told = found.note or (
                f"{found.passages} passages judged otherwise, {found.new} more in the queue, "
                f"{found.gone} fewer"
            )
            self.stdout.write(f"{document}: {told}")
        did = "changed" if options["apply"] else "would change; --apply does it"
        self.stdout.write(
            f"{len(chosen)} documents: {passages} passages, {new} more and {gone} fewer in the "
            f"queue {did}."
        )
