"""One document: load, think, save in one transaction.

Reading is pure and happens outside any transaction. Placing the passages among the claims is done
for one document at a time, so that two documents which arrive together see each other.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection, transaction

from claims.review import Beginning, Found, propose
from sources import fetch, intake, origins
from sources.models import Document, Passage, Version
from workers import reprints
from workers.matching import MATCHER, Relation, relate
from workers.matching.likeness import sketch
from workers.matching.search import candidates, described
from workers.reading import READER, Kind, Quantity, Reading, Unreadable, read
from workers.reading import Passage as Read

CHECKWORTHY = 0.5  # below it a passage is kept and shown, and not proposed
RELATED = 0.5  # below it a passage and a claim are two matters
CANDIDATES = 50  # claims that each passage is compared with; neighbours share its headline
AROUND = 300  # characters before and after a quote that a reviewer sees at once
ONE_AT_A_TIME = 0x636C61696D  # the advisory lock under which passages are placed


def ingest(waiting: UUID, *, at: datetime) -> None:
    """Read a waiting document to its end: read with its proposals, or failed with a reason."""
    document = intake.begin(waiting, at=at)
    if document is None:
        return
    try:
        _ingest(document, at)
    except (Unreadable, fetch.Unfetchable, intake.Unacceptable) as error:
        intake.fail(document, str(error), at=at)
    except SoftTimeLimitExceeded:
        intake.fail(document, "Reading took too long; send a shorter part of it.", at=at)


def _ingest(document: Document, at: datetime) -> None:
    version = intake.newest(document) or _fetched(document, at)
    reading = _reading(version, document)
    with transaction.atomic():
        _wait_for_turn()
        if intake.finish(version, _outcome(version, reading), at=at):
            document.refresh_from_db()
            reprints.settle(document)
            Placing(document, version, reading, at).propose()


def _wait_for_turn() -> None:
    """Hold the lock under which passages are placed; a queue of documents is no fault to end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', '0', true)")
        cursor.execute("SELECT set_config('statement_timeout', '0', true)")
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])


def _fetched(document: Document, at: datetime) -> Version:
    page = fetch.fetch(document.url)
    return intake.capture(document, page.body, content_type=page.content_type, at=at)


def _reading(version: Version, document: Document) -> Reading:
    return read(
        bytes(version.body),
        content_type=version.content_type,
        url=document.url,
        fetched_at=version.captured_at,
    )


def _outcome(version: Version, reading: Reading) -> intake.Outcome:
    passages = [
        Passage(
            version=version,
            number=number,
            start=passage.start,
            end=passage.end,
            kind=passage.kind.value,
            language=passage.language,
            speaker=passage.speaker,
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
        published_at=_published(reading),
        origin=reading.origin,
        origin_because=reading.origin_because,
        passages=passages,
        sketch=sketch(
            reading.text[passage.start : passage.end]
            for passage in reading.passages
            if passage.kind in origins.PROSE
        ),
    )


class Placing:
    """The passages of one reading, each proposed for the claim it speaks of or as a new one."""

    def __init__(self, document: Document, version: Version, reading: Reading, at: datetime):
        self.version, self.reading, self.at = version, reading, at
        self.url = document.url
        self.outlet = document.source.name if document.source else reading.outlet
        self.origin, self.origin_because = document.counts_as, document.origin_because
        self.begun: set[UUID] = set()

    def propose(self) -> None:
        """Place every passage worth checking, and every denial with what it denies."""
        denied = {denial.of for denial in self.reading.denials}
        placed: dict[int, UUID] = {}
        for number, passage in enumerate(self.reading.passages):
            spoken = passage.kind in (Kind.STATEMENT, Kind.QUOTATION)
            if spoken and (passage.checkworthy >= CHECKWORTHY or number in denied):
                placed[number] = self._place(passage, denied=number in denied)
        for denial in self.reading.denials:
            if claim := placed.get(denial.of):
                found = self._found(
                    (denial.start, denial.end),
                    stance="disputes",
                    kind="denial",
                    speaker=denial.speaker,
                    score=1.0,
                    because=denial.because,
                )
                propose(claim, found, at=self.at)

    def _place(self, passage: Read, *, denied: bool) -> UUID:
        """Propose the passage for the claim it speaks of, or as a new one; that claim's id."""
        span = (passage.start, passage.end)
        # What is denied may be denied in its own sentence: the wording is without the denial.
        says = passage.wording if denied else self.reading.text[passage.start : passage.end]
        related = max(self._related(says), key=lambda pair: pair[1].score, default=None)
        if related:
            claim, relation = related
            found = self._found(
                span,
                stance=relation.stance,
                kind=relation.kind,
                speaker=passage.speaker,
                score=relation.score,
                because=relation.because,
                ours=_figure(relation.ours),
                theirs=_figure(relation.theirs, is_quoted=not denied),
            )
            propose(claim, found, at=self.at)
            return claim
        claim = uuid4()
        self.begun.add(claim)
        found = self._found(
            span,
            stance="supports",
            speaker=passage.speaker,
            score=passage.checkworthy,
            because=passage.because,
        )
        propose(claim, found, at=self.at, beginning=self._beginning(passage))
        return claim

    def _related(self, says: str) -> Iterator[tuple[UUID, Relation]]:
        """The claims that a passage supports or disputes; a document never disputes itself."""
        found = candidates(f"{self.reading.title} {says}", CANDIDATES)
        ids = [candidate.claim for candidate in found]
        published = _published(self.reading)
        for claim, about in described(ids).items():
            relation = relate(
                about.wording,
                says,
                claim_context=about.context,
                passage_context=self.reading.title,
                published=published and published.date(),
            )
            itself = relation.stance == "disputes" and claim in self.begun
            if relation.stance != "unrelated" and relation.score >= RELATED and not itself:
                yield claim, relation

    def _beginning(self, passage: Read) -> Beginning:
        return Beginning(
            wording=passage.wording or self.reading.text[passage.start : passage.end],
            language=passage.language or self.reading.language,
            claimant=passage.speaker,
            context=self.reading.title,
        )

    def _found(self, span: tuple[int, int], **judged: Any) -> Found:
        """The passage at `span` with what surrounds it, and what was judged of it."""
        (start, end), text = span, self.reading.text
        return Found(
            document=self.version.sha256,
            url=self.url,
            outlet=self.outlet,
            origin=self.origin,
            origin_because=self.origin_because,
            title=self.reading.title,
            quote=text[start:end],
            start=start,
            end=end,
            before=_whole_words(text[max(0, start - AROUND) : start], cut=start > AROUND),
            after=_whole_words(text[end : end + AROUND][::-1], cut=end + AROUND < len(text))[::-1],
            published_at=_published(self.reading),
            matcher=MATCHER,
            **judged,
        )


def _whole_words(text: str, *, cut: bool) -> str:
    """The text without its first word, where that was cut in two."""
    return re.sub(r"^\S*\s+", "", text, count=1) if cut else text


def _published(reading: Reading) -> datetime | None:
    """When the document was published, where that is known to the day at least."""
    return reading.published_at if reading.published_precision != "month" else None


def _figure(quantity: Quantity | None, *, is_quoted: bool = True) -> dict[str, str | int] | None:
    """The fields of an events.Quantity; without its place where it was not read in the quote."""
    if quantity is None:
        return None
    return {
        "value": _digits(quantity.value),
        "unit": quantity.unit,
        "tolerance": quantity.tolerance.value,
        "text": quantity.text,
        "upper": "" if quantity.upper is None else _digits(quantity.upper),
        "start": quantity.start if is_quoted else 0,
        "end": quantity.end if is_quoted else 0,
    }


def _digits(value: Decimal) -> str:
    return format(value.normalize(), "f")
