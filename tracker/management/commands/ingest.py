"""`manage.py ingest PATH|URL...`: take documents in and wait until they are read."""

import mimetypes
from collections.abc import Iterable, Iterator
from glob import glob
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from sources import archive, intake
from sources.models import Document
from tracker.reading import wait_until_read


class Command(BaseCommand):
    help = (
        "Take in files, folders, patterns, web archives (WARC) and web addresses, and wait until "
        "they are read."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", nargs="+", metavar="PATH|URL")
        parser.add_argument("--no-wait", action="store_true", help="leave the reading to a worker")

    def handle(self, *args: Any, **options: Any) -> None:
        taken, refused = self.receive(list(_expanded(options["what"])))
        received = list(dict.fromkeys(taken))  # The same bytes twice are one document.
        if not options["no_wait"]:
            self.wait(received)
        documents = Document.objects.filter(id__in=received)
        failed = [f"{document}: {document.reason}" for document in documents.filter(state="failed")]
        for line in refused + failed:
            self.stderr.write(line)
        read = documents.filter(state="read").count()
        self.stdout.write(f"{read} of {len(received) + len(refused)} documents are read.")
        if refused or failed:
            raise CommandError(f"{len(refused) + len(failed)} could not be read, see above.")

    def receive(self, items: list[str]) -> tuple[list[UUID], list[str]]:
        """The documents for all items that the desk takes, and a line for each it does not."""
        received, refused = [], []
        for item in tqdm(items, desc="Taking in", unit=" documents", dynamic_ncols=True):
            try:
                if archive.is_archive(Path(item)):
                    documents, lines = self.unpack(Path(item))
                    received += documents
                    refused += lines
                    continue
                taken = _receive(item)
            except (intake.Unacceptable, OSError) as error:
                refused.append(f"{item}: {getattr(error, 'strerror', None) or error}")
            else:
                received.append(taken.document.id)
        return received, refused

    def unpack(self, path: Path) -> tuple[list[UUID], list[str]]:
        """The documents for the pages of a web archive, and a line for each it does not take."""
        done = archive.Imported()
        with (
            path.open("rb") as file,
            tqdm(total=path.stat().st_size, desc=path.name, unit="B", unit_scale=True) as bar,
        ):
            for done in archive.take_in(file, by="command:ingest", at=timezone.now()):  # noqa: B007
                bar.update(file.tell() - bar.n)
        over = ", ".join(f"{count} {reason}" for reason, count in sorted(done.passed_over.items()))
        told = f"{path}: {len(done.documents)} pages taken in"
        self.stdout.write(f"{told}; passed over: {over}." if over else f"{told}.")
        return done.documents, [f"{path}: {line}" for line in done.refused]

    def wait(self, received: list[UUID]) -> None:
        """Show how far reading has come until all of them are read."""
        with tqdm(
            total=len(received), desc="Reading", unit=" documents", dynamic_ncols=True
        ) as bar:

            def progress(done: int) -> None:
                bar.update(done - bar.n)

            wait_until_read(received, progress=progress, say=bar.write)


def _expanded(items: Iterable[str]) -> Iterator[str]:
    """Folders become their files, patterns what they match; the rest stays as it is."""
    for item in items:
        if item.startswith(("http://", "https://")):
            yield item
        elif Path(item).is_dir():
            files = (path for path in sorted(Path(item).rglob("*")) if path.is_file())
            yield from (str(path) for path in files if not path.name.startswith("."))
        else:
            yield from sorted(glob(item, recursive=True)) or [item]


def _receive(item: str) -> intake.Received:
    by, at = "command:ingest", timezone.now()
    if item.startswith(("http://", "https://")):
        return intake.receive(url=item, by=by, at=at)
    path = Path(item)
    intake.check_size(path.stat().st_size)
    return intake.receive(
        body=path.read_bytes(),
        filename=path.name,
        content_type=mimetypes.guess_type(path.name)[0] or "",
        by=by,
        at=at,
    )
