"""The first page, and the numbers in the sidebar that it repeats in large.

The sidebar of `tracker` says what is counted, there and here: so the first page shows numbers of
documents too, which this package does not know.
"""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from claims.desk import sentences
from claims.models import Claim, Entry, Proposal
from claims.status import Status

LATEST = 12


def open_proposals() -> int:
    """How many proposals wait for a person."""
    return Proposal.objects.filter(state="open").count()


def disputed_claims() -> int:
    """How many claims stand disputed."""
    return Claim.objects.filter(status=Status.DISPUTED).count()


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
    }
