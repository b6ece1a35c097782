"""The recall list: which key took which version of which claim last, and who holds an old one.

Only a change of what a reader is told first counts as material: the claim's status, and the verdict
that a second person confirmed and that still holds.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.fields.json import KeyTextTransform

from claims import verdicts
from claims.models import ApiKey, Claim, Pulled
from claims.status import State

REMEMBERED = 50_000  # copies
# The versions that this process knows to be kept, by key and claim; it may be forgotten any time.
known: dict[tuple[int, UUID], int] = {}

CONFIRMED = Case(
    When(verdicts.HOLDING, then=KeyTextTransform("verdict", "verdict")),
    default=Value(""),
    output_field=CharField(),
)


def taken(key: object, claims: Iterable[Claim], *, at: datetime) -> None:
    """Keep that a client has these claims as they stand; nothing where it is no key that asks.

    What this process knows to be kept costs nothing; anything else one query, and a second one
    where a version is news.
    """
    if not isinstance(key, ApiKey):
        return
    rows = {one.id: one for one in claims if known.get((key.pk, one.id)) != one.version}
    if not rows:
        return
    kept = dict(Pulled.objects.filter(key=key, claim__in=rows).values_list("claim", "version"))
    news = [_copy(key, one, at) for one in rows.values() if kept.get(one.id, 0) < one.version]
    if news:
        Pulled.objects.bulk_create(
            news,
            update_conflicts=True,
            unique_fields=["key", "claim"],
            update_fields=["version", "status", "verdict", "pulled_at"],
        )
    if len(known) > REMEMBERED:
        known.clear()
    known.update({(key.pk, one.id): one.version for one in rows.values()})


def knows(key: object, claim: UUID, version: int) -> bool:
    """Whether nothing has to be kept of a client that takes this version once more."""
    return not isinstance(key, ApiKey) or known.get((key.pk, claim)) == version


def _copy(key: ApiKey, claim: Claim, at: datetime) -> Pulled:
    status, verdict = standing(claim)
    return Pulled(
        key=key,
        claim=claim.id,
        version=claim.version,
        status=status,
        verdict=verdict,
        pulled_at=at,
    )


def outdated() -> QuerySet[Pulled]:
    """The copies whose claim has another status or another confirmed verdict by now."""
    now = Claim.objects.annotate(said=CONFIRMED).filter(
        id=OuterRef("claim"), version__gt=OuterRef("version")
    )
    same = Q(status=OuterRef("status"), said=OuterRef("verdict"))
    live = Pulled.objects.filter(key__revoked_at=None, key__user__is_active=True)
    return live.filter(Exists(now.exclude(same)))


def standing(claim: Claim) -> tuple[str, str]:
    """A claim's status and its confirmed verdict, as the read side has them."""
    made = verdicts.holding(claim)
    return claim.status, str(made["verdict"]) if made else ""


def material(state: State) -> tuple[str, str]:
    """A claim's status and its confirmed verdict, which nobody should be wrong about."""
    made = state.verdict
    holds = made is not None and made.confirmed_by and not state.outdated
    return state.status.value, made.verdict if made and holds else ""


def copies(claim: UUID, *, before: int) -> dict[int, list[Pulled]]:
    """What live keys hold of a claim from before a version, by the user whom they act as."""
    found: dict[int, list[Pulled]] = {}
    kept = Pulled.objects.filter(claim=claim, version__lt=before, key__revoked_at=None)
    for copy in kept.select_related("key").order_by("key_id"):
        found.setdefault(copy.key.user_id, []).append(copy)
    return found


def described(copy: Pulled) -> dict[str, Any]:
    """A copy as a recall names it to the owner of the key."""
    return {
        "key": copy.key.prefix,
        "name": copy.key.name,
        "version": copy.version,
        "status": copy.status,
        "verdict": copy.verdict,
        "taken_at": copy.pulled_at.isoformat(),
    }
