"""Where a document's passages belong: with the claim that each speaks of, or as a new claim.

Thinking is done beforehand, against the claims that are there, and takes as long as the matcher
takes. Placing is done for one document at a time, so that documents which arrive together meet: it
searches once more, and what nobody has thought of yet, the document's own claims among it, is for
the rules.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection

from claims.review import Beginning, Found, propose
from sources.models import Document, Version
from workers.matching.matcher import Judged, Matcher, Pair
from workers.matching.search import described
from workers.reading import SPOKEN, Passage, Quantity, Reading

RELATED = 0.5  # below it a passage and a claim are two matters
CANDIDATES = 50  # claims that each passage is compared with; neighbours share its headline
AROUND = 300  # characters before and after a quote that a reviewer sees at once
ONE_AT_A_TIME = 0x636C61696D  # the advisory lock under which passages are placed


def wait_for_turn() -> None:
    """Hold the lock under which passages are placed; a queue of documents is no fault to end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', '0', true)")
        cursor.execute("SELECT set_config('statement_timeout', '0', true)")
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])


class Placing:
    """The passages of one reading on their way to the claims that they speak of."""

    def __init__(self, reading: Reading, matcher: Matcher) -> None:
        self.reading, self.matcher = reading, matcher
        self.published = published(reading)
        self.denied = {denial.of for denial in reading.denials}
        self.thought: dict[Pair, Judged] = {}

    def think(self) -> None:
        """Judge every passage against the claims that are there now."""
        for number in self.worth():
            for _claim, pair in self._pairs(number):
                self.thought[pair] = self.matcher.relate(pair)

    def begin(self, document: Document, version: Version, *, at: datetime) -> None:
        """It is the document's turn, and it is saved: what follows is proposed of this version."""
        self.document, self.version, self.at = document, version, at
        self.put_forward: set[UUID] = set()  # claims that the document supports

    def propose(self) -> None:
        """Propose every passage worth checking, and every denial with what it denies.

        What a document says again joins what it said first.
        """
        placed = {number: self._place(number) for number in self.worth()}
        for denial in self.reading.denials:
            if claim := placed.get(denial.of):
                found = self.found(
                    (denial.start, denial.end),
                    stance="disputes",
                    kind="denial",
                    speaker=denial.speaker,
                    score=1.0,
                    because=denial.because,
                    matcher=Matcher.name,
                )
                propose(claim, found, at=self.at)

    def worth(self) -> Iterator[int]:
        """The passages that are worth checking, and those that somebody denies."""
        for number, passage in enumerate(self.reading.passages):
            worth = passage.checkworthy >= settings.CHECKWORTHY_FROM or number in self.denied
            if passage.kind in SPOKEN and worth:
                yield number

    def span(self, number: int) -> tuple[int, int]:
        """Where a passage begins and ends."""
        return self.reading.passages[number].start, self.reading.passages[number].end

    def _place(self, number: int) -> UUID:
        """Propose the passage for the claim it speaks of, or as a new one; that claim's id."""
        passage = self.reading.passages[number]
        best = max(self._related(number), key=lambda pair: pair[1].relation.score, default=None)
        if best is None:
            return self._begin(passage)
        claim, judged = best
        relation = judged.relation
        found = self.found(
            self.span(number),
            stance=relation.stance,
            kind=relation.kind,
            speaker=passage.speaker,
            score=relation.score,
            because=relation.because,
            matcher=judged.by,
            ours=figure(relation.ours),
            theirs=figure(relation.theirs, is_quoted=number not in self.denied),
        )
        propose(claim, found, at=self.at)
        if relation.stance == "supports":
            self.put_forward.add(claim)
        return claim

    def _begin(self, passage: Passage) -> UUID:
        """Propose the passage as a new claim."""
        claim = uuid4()
        self.put_forward.add(claim)
        found = self.found(
            (passage.start, passage.end),
            stance="supports",
            speaker=passage.speaker,
            score=passage.checkworthy,
            because=passage.because,
            matcher=Matcher.name,
        )
        beginning = Beginning(
            wording=passage.wording or self._text(passage),
            language=passage.language or self.reading.language,
            claimant=passage.speaker,
            context=self.reading.title,
        )
        propose(claim, found, at=self.at, beginning=beginning)
        return claim

    def _related(self, number: int) -> Iterator[tuple[UUID, Judged]]:
        """The claims that a passage supports or disputes; a document never disputes itself."""
        rules = Matcher(at=self.at)
        for claim, pair in self._pairs(number):
            judged = self.thought.get(pair) or rules.relate(pair)
            relation = judged.relation
            itself = relation.stance == "disputes" and claim in self.put_forward
            if relation.stance != "unrelated" and relation.score >= RELATED and not itself:
                yield claim, judged

    def _pairs(self, number: int) -> Iterator[tuple[UUID, Pair]]:
        """The claims that a passage may speak of, each beside what it says."""
        passage = self.reading.passages[number]
        # What is denied may be denied in its own sentence: the wording is without the denial.
        says = passage.wording if number in self.denied else self._text(passage)
        return pairs(self.matcher, says, self.reading.title, self.published)

    def _text(self, passage: Passage) -> str:
        return self.reading.text[passage.start : passage.end]

    def found(self, span: tuple[int, int], **judged: Any) -> Found:
        """The passage at `span` with what surrounds it, and what was judged of it."""
        (start, end), text, document = span, self.reading.text, self.document
        return Found(
            document=self.version.sha256,
            url=document.url,
            outlet=document.source.name if document.source else self.reading.outlet,
            origin=document.counts_as,
            origin_because=document.origin_because,
            title=self.reading.title,
            quote=text[start:end],
            start=start,
            end=end,
            before=_whole_words(text[max(0, start - AROUND) : start], cut=start > AROUND),
            after=_whole_words(text[end : end + AROUND][::-1], cut=end + AROUND < len(text))[::-1],
            published_at=self.published,
            reach=document.source.reach if document.source else 0,
            **judged,
        )


def pairs(
    matcher: Matcher, says: str, title: str, at: datetime | None, *, proposed: bool = True
) -> Iterator[tuple[UUID, Pair]]:
    """The claims that a passage under a headline may speak of, each beside what it says; `at` is
    when it was published. Those that are only `proposed` can be left out."""
    found = matcher.candidates(f"{title} {says}", CANDIDATES)
    near = [one.claim for one in found if one.cosine >= settings.SAME_CLAIM_FROM]
    for claim, about in described(near, proposed=proposed).items():
        yield (
            claim,
            Pair(
                claim=about.wording,
                passage=says,
                claim_context=about.context,
                passage_context=title,
                published=at.date() if at else None,
            ),
        )


def published(reading: Reading) -> datetime | None:
    """When the document was published, where that is known to the day at least."""
    return reading.published_at if reading.published_precision != "month" else None


def _whole_words(text: str, *, cut: bool) -> str:
    """The text without its first word, where that was cut in two."""
    return re.sub(r"^\S*\s+", "", text, count=1) if cut else text


def figure(quantity: Quantity | None, *, is_quoted: bool = True) -> dict[str, str | int] | None:
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
