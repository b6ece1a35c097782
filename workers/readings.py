"""What a version says, as the reader has it now, and what of that is kept with the version."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sources import intake, origins
from sources.models import Document, Passage, Version
from workers.matching.likeness import sketch
from workers.placing import published
from workers.reading import READER, Reading, ToldBy, read
from workers.reading import Passage as Read


def reading_of(document: Document, version: Version) -> Reading:
    """What a version says, and of what it does not say, what a feed said of it."""
    found = read(
        bytes(version.body),
        content_type=version.content_type,
        url=document.url,
        fetched_at=version.captured_at,
    )
    return _hinted(found, document.hints)


def read_anew(document: Document, version: Version) -> Reading | None:
    """The reading of a version that was read before; None where its text would be cut otherwise.

    The stored text stays, because what was accepted is pinned to places in it.
    """
    found = reading_of(document, version)
    if found.text == version.text:
        return found
    stored = (version.text or "").encode()
    plain = read(stored, content_type="text/plain", fetched_at=version.captured_at)
    if plain.text != version.text:
        return None
    return replace(found, text=plain.text, passages=plain.passages, denials=plain.denials)


def _hinted(reading: Reading, hints: dict[str, str]) -> Reading:
    """What the document itself does not say, as the feed that listed it does."""
    told: dict[str, Any] = {}
    by = dict(reading.told_by)
    if not reading.title and hints.get("title"):
        told["title"], by["title"] = hints["title"], ToldBy.FEED
    if reading.published_at is None and hints.get("published_at"):
        told["published_at"] = datetime.fromisoformat(hints["published_at"])
        told["published_precision"], by["published_at"] = "minute", ToldBy.FEED
    source = hints.get("source", "")
    if source and not reading.origin and source.casefold() != reading.outlet.casefold():
        told |= {"origin": source, "origin_because": f"the feed names {source} as its source"}
    return replace(reading, **told, told_by=by)


def outcome(version: Version, reading: Reading, matcher: str) -> intake.Outcome:
    """What is kept of a reading, placed by that matcher."""
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
        matcher=matcher,
        outlet=reading.outlet,
        title=reading.title,
        language=reading.language,
        published_at=published(reading),
        origin=reading.origin,
        origin_because=reading.origin_because,
        passages=passages,
        authors=reading.authors,
        canonical_url=reading.canonical_url,
        modified_at=reading.modified_at,
        told_by=reading.told_by,
        left_out=reading.left_out,
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
