"""The seam for better models: what finds claims for a passage, and judges what it says of them.

`MATCHER` names the class. One is made for each document, and what it does not do better than the
rules it inherits. A matcher judges and never decides: it proposes, with reasons and its name.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.utils.module_loading import import_string

from workers.matching import MATCHER, search
from workers.matching.relation import Relation, relate


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """A passage beside a claim, each with the headline it stands under."""

    claim: str
    passage: str
    claim_context: str = ""
    passage_context: str = ""
    published: date | None = None  # the day of the passage


@dataclass(frozen=True, slots=True)
class Judged:
    """What a passage says to a claim, and who judged it: a name with its version."""

    relation: Relation
    by: str


class Matcher:
    """The rules: BM25 finds claims and `relate` judges; it needs no network and no key."""

    name = MATCHER

    def __init__(self, *, at: datetime) -> None:
        """For one document, read at that time."""
        self.at = at

    def candidates(self, text: str, limit: int) -> list[search.Candidate]:
        """The claims that a text may speak of, best first, with what speaks for each."""
        return search.candidates(text, limit)

    def relate(self, pair: Pair) -> Judged:
        """What the passage says to the claim."""
        found = relate(
            pair.claim,
            pair.passage,
            claim_context=pair.claim_context,
            passage_context=pair.passage_context,
            published=pair.published,
        )
        return Judged(found, Matcher.name)


def configured(*, at: datetime) -> Matcher:
    """The matcher that the settings name, for one document."""
    made: Matcher = import_string(settings.MATCHER)(at=at)
    return made
