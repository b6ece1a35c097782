"""`manage.py recheck [DOCUMENT|URL ...]`: look at addresses again for corrected articles."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from sources import intake
from sources.models import Document
from workers.recheck import recheck


class Command(BaseCommand):
    help = "Fetch documents again, those that are due or those that are named; new texts are read."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", nargs="*", metavar="DOCUMENT|URL")

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        chosen = _named(options["what"]) if options["what"] else list(_due(at))
        changed = 0
        for document in tqdm(chosen, desc="Looking", unit=" documents", dynamic_ncols=True):
            changed += recheck(document, at=at)
            document.refresh_from_db()
            if document.check_note:
                self.stderr.write(f"{document.url}: {document.check_note}")
        self.stdout.write(f"{changed} of {len(chosen)} documents have another text.")


def _due(at: datetime) -> Iterator[Document]:
    while found := intake.due(at=at):
        yield from found


def _named(names: Iterable[str]) -> list[Document]:
    """The documents by id or address; raises CommandError for what is neither."""
    found = []
    for name in names:
        document = Document.objects.filter(**_by(name)).first()
        if document is None or not document.url:
            raise CommandError(f"There is no document with an address for {name}.")
        found.append(document)
    return found


def _by(name: str) -> dict[str, Any]:
    try:
        return {"id": UUID(name)}
    except ValueError:
        return {"url": name}
