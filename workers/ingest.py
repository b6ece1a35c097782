"""One document: load, think, save in one transaction.

Reading is pure and happens outside any transaction, and so does thinking about what the passages
say to the claims there are. Saving is one transaction.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from celery.exceptions import SoftTimeLimitExceeded
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction

from sources import fetch, intake, origins
from sources.models import Document, Passage, Version
from workers import reprints
from workers.corrections import ask_what_became_of_quotes
from workers.matching.likeness import sketch
from workers.matching.matcher import configured
from workers.placing import Placing, published, wait_for_turn
from workers.reading import READER, Reading, Unreadable, read
from workers.reading import Passage as Read


def ingest(waiting: UUID, *, at: datetime) -> None:
    """Read a waiting document to its end: read with its proposals, or failed with a reason."""
    document = intake.begin(waiting, at=at)
    if document is None:
        return
    try:
        _ingest(document, at)
    except (Unreadable, fetch.Unfetchable, intake.Unacceptable, ImproperlyConfigured) as error:
        intake.fail(document, str(error), at=at)
    except SoftTimeLimitExceeded:
        intake.fail(document, "Reading took too long; send a shorter part of it.", at=at)


def _ingest(document: Document, at: datetime) -> None:
    version = intake.newest(document) or _fetched(document, at)
    reading = reading_of(version, document)
    placing = Placing(reading, configured(at=at))
    placing.think()
    with transaction.atomic():
        wait_for_turn()
        if intake.finish(version, outcome(version, reading), at=at):
            document.refresh_from_db()
            reprints.settle(document)
            placing.begin(document, version, at=at)
            ask_what_became_of_quotes(placing)
            placing.propose()


def _fetched(document: Document, at: datetime) -> Version:
    page = fetch.fetch(document.url)
    return intake.capture(document, page.body, content_type=page.content_type, at=at)


def reading_of(version: Version, document: Document) -> Reading:
    """What a version says, and of what it does not say, what a feed said of it."""
    found = read(
        bytes(version.body),
        content_type=version.content_type,
        url=document.url,
        fetched_at=version.captured_at,
    )
    return _hinted(found, document.hints)


def _hinted(reading: Reading, hints: dict[str, str]) -> Reading:
    """What the document itself does not say, as the feed that listed it does."""
    told: dict[str, Any] = {}
    if not reading.title and hints.get("title"):
        told["title"] = hints["title"]
    if reading.published_at is None and hints.get("published_at"):
        told["published_at"] = datetime.fromisoformat(hints["published_at"])
        told["published_precision"] = "minute"
    source = hints.get("source", "")
    if source and not reading.origin and source.casefold() != reading.outlet.casefold():
        told |= {"origin": source, "origin_because": f"the feed names {source} as its source"}
    return replace(reading, **told)


def outcome(version: Version, reading: Reading) -> intake.Outcome:
    """What is kept of a reading."""
    passages = [
        Passage(
            version=version,
            number=number,
            start=passage.start,
            end=passage.end,
            kind=passage.kind.value,
            language=passage.language,
            speaker=passage.speaker,
            attribution=passage.attribution.value,
            **_places(passage),
            hedged=passage.hedged,
            negated=passage.negated,
            checkworthy=passage.checkworthy,
            because=list(passage.because),
        )
        for number, passage in enumerate(reading.passages)
    ]
    return intake.Outcome(
        text=reading.text,
        reader=READER,
        outlet=reading.outlet,
        title=reading.title,
        language=reading.language,
        published_at=published(reading),
        origin=reading.origin,
        origin_because=reading.origin_because,
        passages=passages,
        sketch=sketch(
            reading.text[passage.start : passage.end]
            for passage in reading.passages
            if passage.kind in origins.PROSE
        ),
    )


def _places(passage: Read) -> dict[str, int | None]:
    """Where the words stand that name the speaker and that say somebody speaks."""
    who, cue = passage.speaker_span or (None, None), passage.cue_span or (None, None)
    return {
        "speaker_start": who[0],
        "speaker_end": who[1],
        "cue_start": cue[0],
        "cue_end": cue[1],
    }
