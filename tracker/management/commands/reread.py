"""`manage.py reread [DOCUMENT...] [--apply]`: what newer rules would change, and changing it."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from sources.models import Document
from workers.reread import outdated, reread


class Command(BaseCommand):
    help = (
        "Read documents again that older rules have read or placed; "
        "changes nothing without --apply."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("documents", nargs="*", help="ids or addresses; all outdated, if none")
        parser.add_argument("--apply", action="store_true", help="change it")
        parser.add_argument("--limit", type=int, help="so many documents at the most")

    def handle(self, *args: Any, **options: Any) -> None:
        at, passages, new, gone = timezone.now(), 0, 0, 0
        named = [_named(name).pk for name in options["documents"]]
        chosen = named or list(outdated(at=at).values_list("pk", flat=True)[: options["limit"]])
        for document in tqdm(chosen, desc="Reading", unit=" documents"):
            found = reread(Document.objects.get(pk=document), apply=options["apply"], at=at)
            passages, new, gone = passages + found.passages, new + found.new, gone + found.gone
            told = found.note or (
                f"{found.passages} passages judged otherwise, {found.new} more in the queue, "
                f"{found.gone} fewer"
            )
            self.stdout.write(f"{found.document}: {told}")
        did = "changed" if options["apply"] else "would change; --apply does it"
        self.stdout.write(
            f"{len(chosen)} documents: {passages} passages, {new} more and {gone} fewer in the "
            f"queue {did}."
        )


def _named(name: str) -> Document:
    """The document with that id or address."""
    try:
        found = Document.objects.filter(id=UUID(name)).first()
    except ValueError:
        found = Document.objects.filter(url=name).first()
    if found is None:
        raise CommandError(f"There is no document {name}; give its id, or its address as it is.")
    return found
