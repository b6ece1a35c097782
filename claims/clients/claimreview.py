"""A confirmed verdict as schema.org/ClaimReview, which search engines and aggregators read.

Only a verdict that a second person confirmed and that still holds, of a claim that is published,
is exported; never what a machine proposed. The members are those that Google's documentation for
fact checks requires and recommends, with our own vocabulary beside them.
https://schema.org/ClaimReview
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from claims import events, scale, verdicts
from claims.clients import disclosed
from claims.models import Claim, Entry

SCHEMA = "https://schema.org"
TOLD = ("rated", "confirmed", "unrated", "published", "unpublished")
MOST_APPEARANCES = 50
MOST = 5_000  # verdicts in the DataFeed


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where the desk's pages are: the address of a claim's page, and of the vocabulary."""

    root: str
    claim: Callable[[UUID], str]
    vocabulary: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Life:
    """When a claim's verdicts came and went: what its row does not say."""

    reviewed_at: datetime  # when the verdict that holds was confirmed, or published if later
    corrections: tuple[tuple[str, str, datetime], ...]  # an earlier verdict, why it ended, when


def place(request: HttpRequest) -> Place:
    """Where the desk's public pages are, as this reader reaches them."""

    def address(claim: UUID) -> str:
        return request.build_absolute_uri(reverse("public-claim", args=[claim]))

    return Place(
        root=request.build_absolute_uri("/"),
        claim=address,
        vocabulary=request.build_absolute_uri(reverse("vocabulary")),
    )


def exportable(claim: Claim) -> bool:
    """Whether the claim has a verdict that may leave the house."""
    return claim.published and not claim.merged_into and verdicts.holding(claim) is not None


def lives(claims: Iterable[UUID]) -> dict[UUID, Life]:
    """The lives of claims that have a confirmed verdict, with one query for all of them."""
    said: dict[UUID, list[Entry]] = {}
    found = Entry.objects.filter(stream_id__in=list(claims), type__in=TOLD)
    for entry in found.order_by("position"):
        said.setdefault(entry.stream_id, []).append(entry)
    return {claim: _life(entries) for claim, entries in said.items()}


def _life(entries: list[Entry]) -> Life:
    ratings: dict[int, events.Rated] = {}
    standing, confirmed_at, published_at = 0, None, None
    corrections: list[tuple[str, str, datetime]] = []
    for entry, word in _words(entries):
        match word:
            case events.Rated():
                ratings[entry.version] = word
            case events.Confirmed(rating=rating):
                if standing in ratings and confirmed_at:
                    said = ratings[standing].verdict
                    corrections.append((said, _("It was rated again."), entry.effective_at))
                standing, confirmed_at = rating, entry.effective_at
            case events.Unrated(rating=rating, reason=reason) if rating == standing:
                if rating in ratings:
                    corrections.append((ratings[rating].verdict, reason, entry.effective_at))
                standing, confirmed_at = 0, None
            case events.Published():
                published_at = entry.effective_at
    known = [when for when in (confirmed_at, published_at) if when]
    return Life(
        reviewed_at=max(known, default=entries[-1].effective_at), corrections=tuple(corrections)
    )


def _words(entries: Iterable[Entry]) -> Iterator[tuple[Entry, events.Word]]:
    for entry in entries:
        if entry.body is not None:
            yield entry, events.decode(entry.body, schema_version=entry.schema_version)


def of(claim: Claim, place: Place) -> dict[str, Any] | None:
    """The claim's verdict as a ClaimReview; None where it has none that may leave the house."""
    return review(claim, lives([claim.id])[claim.id], place) if exportable(claim) else None


def review(claim: Claim, life: Life, place: Place) -> dict[str, Any]:
    """The verdict as a ClaimReview, for a claim that is `exportable`."""
    assert claim.verdict is not None  # noqa: S101  -- it is exportable
    address = place.claim(claim.id)
    document = {
        "@context": [SCHEMA, place.vocabulary],
        "@type": "ClaimReview",
        "@id": f"{address}#review",
        "url": address,
        "claimReviewed": claim.wording,
        "inLanguage": claim.language,
        "datePublished": _day(life.reviewed_at),
        "dateModified": claim.changed_at.isoformat(),
        "author": {"@type": "Organization", "name": desk(place), "url": place.root},
        "reviewBody": claim.verdict["explanation"],
        "reviewRating": rating(claim.verdict["verdict"], claim.language),
        "itemReviewed": _claim(claim),
        "citation": list(claim.verdict.get("sources", [])),
        "correction": [_correction(*one, claim.language) for one in life.corrections],
        **_ours(claim),
    }
    return {name: value for name, value in document.items() if value not in ("", [], None)}


def rating(verdict: str, language: str) -> dict[str, Any]:
    """A verdict as a schema.org Rating: text and number, or text alone where there is no number."""
    worst, best = scale.numbers()
    made = {"@type": "Rating", "alternateName": scale.named(verdict, language)}
    number = scale.number(verdict)
    if number is None:
        return made
    return {**made, "ratingValue": number, "worstRating": worst, "bestRating": best}


def _claim(claim: Claim) -> dict[str, Any]:
    """The claim itself: who said it, when, and where it appeared."""
    seen = [_appearance(piece) for piece in _supporting(claim)]
    seen.sort(key=lambda one: one.get("datePublished", "9999"))
    told: dict[str, Any] = {"@type": "Claim", "name": claim.wording}
    if claim.claimant:
        kind = "Organization" if claim.claimant in _outlets(claim) else "Person"
        told["author"] = {"@type": kind, "name": claim.claimant}
    if first := next((one["datePublished"] for one in seen if "datePublished" in one), ""):
        told["datePublished"] = first
    if seen:
        told |= {"firstAppearance": seen[0], "appearance": seen[:MOST_APPEARANCES]}
    return told


def _supporting(claim: Claim) -> Iterator[dict[str, Any]]:
    """The evidence that puts the claim forward and has an address, each address once."""
    had: set[str] = set()
    for piece in claim.evidence:
        if piece["word"] != "disputed" and piece["url"] and piece["url"] not in had:
            had.add(piece["url"])
            yield piece


def _outlets(claim: Claim) -> set[str]:
    return {piece[name] for piece in claim.evidence for name in ("outlet", "origin")}


def _appearance(piece: dict[str, Any]) -> dict[str, Any]:
    told = {
        "@type": "CreativeWork",
        "url": piece["url"],
        "headline": piece["title"],
        "datePublished": piece.get("published_at") or "",
        "publisher": {"@type": "Organization", "name": piece["outlet"]} if piece["outlet"] else "",
    }
    return {name: value for name, value in told.items() if value != ""}


def _correction(verdict: str, reason: str, at: datetime, language: str) -> dict[str, Any]:
    said = _("Until then the verdict was “%(verdict)s”. %(reason)s") % {
        "verdict": scale.named(verdict, language),
        "reason": reason,
    }
    return {"@type": "CorrectionComment", "text": said.strip(), "datePublished": _day(at)}


def _ours(claim: Claim) -> dict[str, Any]:
    """What schema.org has no words for, in the words of our vocabulary."""
    return {
        "claimStatus": claim.status,
        "independentOrigins": claim.origins,
        "supportingArticles": claim.articles,
        "standingDisputes": claim.disputes,
        "historyVersion": claim.version,
        "logPosition": claim.position,
    }


def feed(place: Place) -> dict[str, Any]:
    """The verdicts that may leave the house as one schema.org/DataFeed, the newest MOST of them."""
    found = disclosed.claims().filter(verdicts.HOLDING)
    rows = list(found.defer("search").order_by("-position")[:MOST])
    known = lives(row.id for row in rows)
    newest = max((row.changed_at for row in rows), default=None)
    items = [
        {
            "@type": "DataFeedItem",
            "dateCreated": known[row.id].reviewed_at.isoformat(),
            "dateModified": row.changed_at.isoformat(),
            "item": review(row, known[row.id], place),
        }
        for row in rows
    ]
    feed = {"@context": SCHEMA, "@type": "DataFeed", "name": desk(place)}
    modified = {"dateModified": newest.isoformat()} if newest else {}
    return {**feed, **modified, "dataFeedElement": items}


def lint(claim: Claim, document: dict[str, Any]) -> list[str]:
    """What the export lacks that Google requires or recommends, as sentences."""
    said, rating = document["itemReviewed"], document["reviewRating"]
    known = settings.VERDICTS.get((claim.verdict or {}).get("verdict", ""))
    checks = (
        (not settings.DESK_NAME, _("The desk has no name: set DESK_NAME.")),
        ("author" not in said, _("Nobody is named who made the claim.")),
        ("datePublished" not in said, _("No article says when the claim was first published.")),
        ("appearance" not in said, _("No evidence has an address where the claim appeared.")),
        (len(claim.wording) > 75, _("The wording is long; search engines cut it at 75 letters.")),
        (known is None, _("The verdict is not on the desk's scale any more.")),
        (
            "ratingValue" not in rating,
            _("The verdict has no number; search engines show its name alone."),
        ),
    )
    return [sentence for lacks, sentence in checks if lacks]


def desk(place: Place) -> str:
    """How the desk is called: by its name, or where it has none, by its address."""
    return settings.DESK_NAME or place.root.partition("//")[2].strip("/")


def _day(moment: datetime) -> str:
    return moment.date().isoformat()
