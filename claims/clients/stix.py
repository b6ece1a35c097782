"""A story as a STIX 2.1 bundle, for desks that work with OpenCTI.

STIX has no word for a claim: each is a Note of the story's Report, with its evidence as external
references that are pinned by their SHA-256. A confirmed verdict that holds is an Opinion on it.
Ids are made of our own, so that a bundle that is imported again brings the same objects up to date.
https://docs.oasis-open.org/cti/stix/v2.1/
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

import stix2

from claims import scale, verdicts
from claims.clients import claimreview
from claims.clients.claimreview import Place
from claims.models import Claim, Story

SPACE = UUID("3a0b1f6e-98a4-5d0e-9c55-0d9a5a2f6c1b")
OPINIONS = ("strongly-disagree", "disagree", "neutral", "agree", "strongly-agree")
MOST = 100  # pieces of evidence of one claim


def bundle(story: Story, claims: Iterable[Claim], place: Place, *, at: datetime) -> str:
    """The story and its claims as STIX 2.1 JSON, made at a moment."""
    desk = _desk(place)
    rows = list(claims)
    notes = [note for row in rows for note in _objects(row, desk, place)]
    began = min((row.asserted_at for row in rows), default=at)
    report = stix2.Report(
        id=_id("report", place.root, "story", story.pk),
        created_by_ref=desk.id,
        created=began,
        modified=max((row.changed_at for row in rows), default=began),
        published=at,
        name=story.name,
        description=story.description or story.name,
        report_types=["threat-report"],
        labels=["fact-check"],
        object_refs=[desk.id, *(note.id for note in notes)],
    )
    return str(stix2.Bundle(desk, report, *notes).serialize(pretty=True))


def _desk(place: Place) -> Any:
    began = datetime.fromisoformat("2000-01-01T00:00:00+00:00")  # It is the same desk every time.
    made = {"created": began, "modified": began}
    kind = "organization"
    name = claimreview.desk(place)
    return stix2.Identity(id=_id("identity", place.root), name=name, identity_class=kind, **made)


def _objects(claim: Claim, desk: Any, place: Place) -> Iterator[Any]:
    times = {"created": claim.asserted_at, "modified": max(claim.asserted_at, claim.changed_at)}
    note = stix2.Note(
        id=f"note--{claim.id}",
        created_by_ref=desk.id,
        abstract=claim.wording or "(the wording was erased)",
        content=_standing(claim),
        lang=claim.language,
        labels=["claim", claim.status],
        external_references=[*_references(claim, place)],
        object_refs=[desk.id],
        **times,
    )
    yield note
    if made := verdicts.holding(claim):
        yield stix2.Opinion(
            id=_id("opinion", place.root, claim.id, made["version"]),
            created_by_ref=desk.id,
            explanation=f"{scale.named(made['verdict'], claim.language)}. {made['explanation']}",
            opinion=_opinion(made["verdict"]),
            object_refs=[note.id],
            **times,
        )


def _standing(claim: Claim) -> str:
    """How the claim stands, in words that need no vocabulary of ours."""
    counts = f"{claim.origins} independent origins, {claim.articles} articles"
    said = f" Claimed by {claim.claimant}." if claim.claimant else ""
    return f"{claim.wording}\n\n{claim.status}: {counts}, {claim.disputes} disputes.{said}"


def _references(claim: Claim, place: Place) -> Iterator[dict[str, Any]]:
    yield {
        "source_name": "claim-tracker",
        "external_id": str(claim.id),
        "url": place.claim(claim.id),
    }
    for piece in claim.evidence[:MOST]:
        told = {
            "source_name": piece["outlet"] or piece["origin"],
            "description": f"{piece['word']}, origin {piece['origin']}: {piece['quote']}",
        }
        if piece["url"]:
            told |= {"url": piece["url"], "hashes": {"SHA-256": piece["document"]}}
        yield told


def _opinion(verdict: str) -> str:
    """The verdict on STIX's scale of five; what nobody can rate is neutral."""
    number, (worst, best) = scale.number(verdict), scale.numbers()
    if number is None or best == worst:
        return "neutral"
    return OPINIONS[round((number - worst) / (best - worst) * (len(OPINIONS) - 1))]


def _id(kind: str, *parts: object) -> str:
    return f"{kind}--{uuid5(SPACE, ' '.join(map(str, parts)))}"
