"""The first page, and the numbers in the sidebar that it repeats in large.

The sidebar of `tracker` says what is counted, there and here: so the first page shows numbers of
documents too, which this package does not know.
"""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from claims import sentences
from claims.desk import figures, pages
from claims.models import Claim, Entry, Proposal
from claims.status import Status

LATEST = 12
MOST_COUNTED = 1000  # on every page, so that a long queue makes none slower


def open_proposals() -> str:
    """How many proposals wait for a person."""
    return pages.counted(Proposal.objects.filter(state="open"), MOST_COUNTED)


def disputed_claims() -> str:
    """How many claims stand disputed."""
    return pages.counted(Claim.objects.filter(status=Status.DISPUTED), MOST_COUNTED)


def first_page(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What the first page shows: numbers with links, and the latest events."""
    groups = context["sidebar_navigation"]
    items = [item for group in groups for item in group["items"]]
    counted = [item for item in items if "badge" in item]
    may_see = request.user.has_perm("claims.view_entry")
    latest = Entry.objects.order_by("-position")[:LATEST] if may_see else ()
    return context | {
        "title": _("Overview"),
        "tiles": counted,
        "latest": sentences.tell(list(latest)),
        **(_morning(request) if request.user.has_perm("claims.view_proposal") else {}),
    }


def days(request: HttpRequest) -> int:
    """The period that was chosen."""
    asked = request.GET.get("days", "")
    return int(asked) if asked in {str(each) for each in figures.PERIODS} else 14


def _morning(request: HttpRequest) -> dict[str, Any]:
    person, now = pages.person(request), timezone.now()
    return {
        "figures": list(figures.of_desk(person, days(request), at=now)),
        "days": days(request),
        "periods": figures.PERIODS,
        "moved": figures.moved(at=now),
        "signed": figures.signed(at=now),
        "mine": figures.waiting_for(person),
    }
