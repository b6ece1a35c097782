"""A claim's verdict as its row has it: who may hear of it, what it is called, whether it holds.

A rating waits for a second person; once confirmed it holds until the claim changes under it.
"""

from typing import Any

from django.db.models import Q

from claims import scale
from claims.models import Claim

CONFIRMED = Q(verdict__state="confirmed")
HOLDING = CONFIRMED & Q(verdict__outdated=False)
WAITING = Q(verdict__state="pending", merged_into=None)


def of(claim: Claim, *, stranger: bool = False) -> dict[str, Any] | None:
    """The claim's verdict with its name and number on the scale, or None; a stranger hears of a
    confirmed one only."""
    made = confirmed(claim) if stranger else claim.verdict
    if made is None:
        return None
    key = made["verdict"]
    return {**made, "name": scale.named(key), "number": scale.number(key)}


def confirmed(claim: Claim) -> dict[str, Any] | None:
    """The verdict that a second person stands by, too."""
    made: dict[str, Any] | None = claim.verdict
    return made if made is not None and made["state"] == "confirmed" else None


def holding(claim: Claim) -> dict[str, Any] | None:
    """The confirmed verdict of a claim that has not changed since."""
    made = confirmed(claim)
    return made if made is not None and not made["outdated"] else None


def waiting_for(actor: str) -> Q:
    """The claims with a rating that this person, who did not make it, may confirm."""
    return WAITING & ~Q(verdict__by=actor)
