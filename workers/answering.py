"""Has this been checked? The claims on record that a text speaks of, passage by passage.

The rules judge, whatever matcher the desk has: a client must spend none of its model's tokens, and
is answered at once. Nothing is kept of the text.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from workers.matching import Relation
from workers.matching.matcher import Matcher
from workers.placing import RELATED, pairs, published
from workers.reading import SPOKEN, Passage, Reading, read

MOST_PASSAGES = 100  # of a text, those most worth checking
MOST_CLAIMS = 5  # for a passage


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """A claim that a passage speaks of, and what it says of it."""

    claim: UUID
    relation: Relation


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """A passage with the claims it speaks of, the nearest first."""

    passage: Passage
    quote: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """The passages that were looked up, in their order, and how many were left out."""

    passages: tuple[Answered, ...]
    left_out: int


def check(body: bytes, *, content_type: str, title: str = "", at: datetime) -> Checked:
    """The claims on record that each passage of a text speaks of.

    Raises:
        Unreadable: there is no text in it to read; the message says why.
    """
    reading = read(body, content_type=content_type, fetched_at=at)
    spoken = [passage for passage in reading.passages if passage.kind in SPOKEN]
    # A bare sentence may look like a headline; whoever sends one wants it looked up all the same.
    spoken = spoken or list(reading.passages)
    worth = sorted(spoken, key=lambda passage: -passage.checkworthy)[:MOST_PASSAGES]
    chosen = sorted(worth, key=lambda passage: passage.start)
    asking = Asking(reading, title or reading.title, at)
    answered = tuple(asking.answer(passage) for passage in chosen)
    return Checked(passages=answered, left_out=len(spoken) - len(chosen))


class Asking:
    """A reading whose passages are looked up among the claims on record."""

    def __init__(self, reading: Reading, title: str, at: datetime) -> None:
        self.reading, self.title, self.rules = reading, title, Matcher(at=at)

    def answer(self, passage: Passage) -> Answered:
        """A passage with the claims that it speaks of."""
        quote = self.reading.text[passage.start : passage.end]
        found = sorted(self._related(quote), key=lambda one: -one.relation.score)
        return Answered(passage=passage, quote=quote, answers=tuple(found[:MOST_CLAIMS]))

    def _related(self, quote: str) -> Iterator[Answer]:
        at = published(self.reading)
        for claim, pair in pairs(self.rules, quote, self.title, at, proposed=False):
            relation = self.rules.relate(pair).relation
            if relation.stance != "unrelated" and relation.score >= RELATED:
                yield Answer(claim=claim, relation=relation)
