"""Web archives (WARC, ISO 28500): the pages that somebody else captured, with when they did."""

import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from sources import intake

ENDINGS = (".warc", ".warc.gz")
PAGES = ("text/html", "application/xhtml+xml", "text/plain", "application/pdf")
CHUNK = 64 * 1024
# What `warcio` raises for what is no archive, or is not whole.
DAMAGED = (
    ArchiveLoadFailed, AttributeError, EOFError, IndexError, OSError, TypeError, ValueError,
    zlib.error,
)  # fmt: skip


@dataclass(slots=True)
class Imported:
    """What came of an archive: the documents, and how many records were none, by their reason."""

    documents: list[Any] = field(default_factory=list)
    passed_over: Counter[str] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)


def is_archive(path: Path) -> bool:
    """Whether a file is a web archive by its name."""
    return path.name.lower().endswith(ENDINGS)


def take_in(file: BinaryIO, *, by: str, at: datetime) -> Iterator[Imported]:
    """Hand in the pages of an archive; what came of it so far, after each of its records.

    Of one that is cut off or damaged, what is whole is taken in, and `refused` says where it ends.
    """
    done = Imported()
    records = ArchiveIterator(file)
    while True:
        try:
            record = next(records)
            _take(record, done, by, at)
        except StopIteration:
            return
        except DAMAGED:
            told = f"The archive is damaged or cut off before byte {file.tell():,}"
            done.refused.append(f"{told}; what stands before that is taken in.")
            yield done
            return
        yield done


def _take(record: Any, done: Imported, by: str, at: datetime) -> None:
    if record.format != "warc":
        raise ArchiveLoadFailed("This is no WARC file.")
    headers = record.rec_headers
    url = headers.get_header("WARC-Target-URI") or ""
    if reason := _no_page(record):
        done.passed_over[reason] += 1
        return
    try:
        received = intake.receive(
            by=by,
            at=at,
            body=_body(record),
            url=url,
            content_type=record.http_headers.get_header("Content-Type") or "",
            captured_at=_moment(headers.get_header("WARC-Date") or "", at),
        )
    except intake.Unacceptable as refusal:
        done.refused.append(f"{url[:300]}: {refusal}")
        return
    if received.new:
        done.documents.append(received.document.id)
    else:
        done.passed_over["known already"] += 1


def _no_page(record: Any) -> str:
    """Why a record is no page to be read, or nothing."""
    if record.rec_type != "response" or record.http_headers is None:
        return f"{record.rec_type} records"
    status = record.http_headers.get_statuscode()
    if status != "200":
        return f"answers {status[:20]}"
    kind = (record.http_headers.get_header("Content-Type") or "").partition(";")[0].strip().lower()
    return "" if kind in PAGES else f"of type {kind[:50] or 'unknown'}"


def _body(record: Any) -> bytes:
    """The page without its transfer and content codings, no further than the desk takes."""
    stream, body = record.content_stream(), bytearray()
    while piece := stream.read(CHUNK):
        body += piece
        if len(body) > settings.MAX_DOCUMENT_BYTES:
            return bytes(body)  # `intake` refuses it.
    record.raw_stream.read()  # what follows the last chunk
    if record.raw_stream.limit > 0:
        raise EOFError
    return bytes(body)


def _moment(text: str, at: datetime) -> datetime:
    """When it was captured; `at` where that is no date, or to come."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return at
    return min(found if found.tzinfo else found.replace(tzinfo=UTC), at)
