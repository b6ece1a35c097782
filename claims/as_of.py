"""Claims as the desk said them at a moment: folded from the entries that count then.

Nothing about the past is stored: the same fold as everywhere adds up the entries that a Moment
lets through. A claim is there once its first word counts by both clocks. A page of the list costs
the histories of the claims that it looks at, at most SCAN of them, and nothing else of the log.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from django.db import connection

from claims import history, projections
from claims.history import Past
from claims.ledger import moment as moments
from claims.ledger.entry import timestamp
from claims.ledger.moment import Moment, NotYet, between, resolve, stream, version
from claims.models import Claim

__all__ = [
    "Moment",
    "NotThere",
    "NotYet",
    "Page",
    "Wanted",
    "absence",
    "between",
    "claim",
    "named",
    "page",
    "past",
    "resolve",
    "row",
    "rows",
    "stream",
    "version",
]

SCAN = 200  # claims that are looked at for a page of a filtered list
# The words of a claim as `Claim.search` has them, asked of a past one.
SAYS = """
SELECT said.id FROM unnest(%s::uuid[], %s::text[], %s::text[]) AS said (id, language, words),
    LATERAL (SELECT CASE WHEN said.language = 'fr' THEN 'french' ELSE 'english' END::regconfig
             AS config) AS stemmed
WHERE to_tsvector(stemmed.config, said.words) @@ websearch_to_tsquery(stemmed.config, %s)
"""


class NotThere(Exception):
    """The claim did not exist at that moment, or never did; the message says since when it does."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """The claims of a list that are asked for; what is empty filters nothing."""

    status: str = ""
    q: str = ""
    source: str = ""
    language: str = ""

    def among(self, claims: list[Claim]) -> list[Claim]:
        """Those of the claims that are wanted, in the order given."""
        found = [claim for claim in claims if self._fits(claim)]
        if not self.q or not found:
            return found
        texts = [f"{one.wording} {one.claimant} {one.context}" for one in found]
        languages = [one.language for one in found]
        with connection.cursor() as cursor:
            cursor.execute(SAYS, [[one.id for one in found], languages, texts, self.q])
            saying = {row[0] for row in cursor.fetchall()}
        return [claim for claim in found if claim.id in saying]

    def _fits(self, claim: Claim) -> bool:
        sources = {piece[key] for piece in claim.evidence for key in ("outlet", "origin")}
        return (
            self.status in ("", claim.status)
            and self.language in ("", claim.language)
            and (not self.source or self.source in sources)
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """Claims as of a moment; the next page has those begun `before` (None: there is none)."""

    claims: list[Claim]
    before: int | None


def claim(claim_id: UUID, moment: Moment) -> Claim:
    """The claim as it stood then: a row of the read model that is nowhere stored.

    Raises:
        NotThere: its first word does not count at the moment.
    """
    return row(claim_id, past(claim_id, moment))


def past(claim_id: UUID, moment: Moment) -> Past:
    """What the claim's history added up to then.

    Raises:
        NotThere: its first word does not count at the moment.
    """
    entries = stream(claim_id, moment)
    if not entries or entries[0].version != 1:
        raise NotThere(absence(claim_id, moment))
    return history.added_up(entries)


def named(moment: Moment) -> dict[str, str]:
    """The parameters of an address that name the same moment for ever."""
    named = {} if moment.position is None else {"as_of": str(moment.position)}
    return {**named, "valid_at": timestamp(moment.valid_at)} if moment.valid_at else named


def absence(claim_id: UUID, moment: Moment) -> str:
    """Why the claim is not there at the moment, as a sentence."""
    began = moments.beginning(claim_id)
    if began is None:
        return f"There is no claim {claim_id}."
    if began.position >= moment.size:
        return (
            f"Claim {claim_id} did not exist yet: it is on record since position "
            f"{began.position}, recorded at {timestamp(began.recorded_at)}."
        )
    return f"Claim {claim_id} did not hold yet: it holds since {timestamp(began.effective_at)}."


def rows(claim_ids: Iterable[UUID], moment: Moment) -> list[Claim]:
    """These claims as they stood then, in the order given, with one query; absent ones left out."""
    wanted = list(claim_ids)
    streams = groupby(moments.streams(wanted, moment), key=lambda entry: entry.stream_id)
    said = {stream_id: list(entries) for stream_id, entries in streams}
    there = (one for one in wanted if one in said and said[one][0].version == 1)
    return [row(one, history.added_up(said[one])) for one in there]


def row(claim_id: UUID, past: Past) -> Claim:
    """A past as a claim's row."""
    assert past.mark is not None  # noqa: S101  -- its first entry counts
    return Claim(**projections.row(claim_id, past.state, past.mark))


def page(moment: Moment, wanted: Wanted, *, limit: int, before: int | None = None) -> Page:
    """The claims that were there, the one that began last first.

    With filters a page may have fewer than `limit` claims, or none, and still not be the last.
    """
    most = limit if wanted == Wanted() else max(limit, SCAN)
    begun = moments.begun(moment, before=before, limit=most + 1)
    seen, more = begun[:most], len(begun) > most
    found = wanted.among(rows((one.stream for one in seen), moment))
    if len(found) > limit:
        found, more = found[:limit], True
        last = next(one.position for one in seen if one.stream == found[-1].id)
    else:
        last = seen[-1].position if seen else 0
    return Page(claims=found, before=last if more else None)
