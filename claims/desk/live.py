"""The queue while somebody looks at it: what is new, what others decided, lists under a name."""

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from claims.desk import pages
from claims.models import Proposal, SavedFilter

MOST_SHOWN = 200  # rows of a page that are asked about
SHARE = "claims.merge_claims"  # what editors alone may do


def since(request: HttpRequest) -> dict[str, Any]:
    """How many proposals are new since the page was made, and what became of those it shows."""
    made = parse_datetime(request.GET.get("since", "").replace(" ", "+"))
    new = Proposal.objects.filter(state="open", created_at__gt=made).count() if made else 0
    shown = [found for text in request.GET.getlist("shown")[:MOST_SHOWN] if (found := _id(text))]
    closed = Proposal.objects.filter(id__in=shown).exclude(state="open")
    rows = closed.defer("search").select_related("decided_by")
    told = [{"id": row.id, "state": row.get_state_display(), "who": row.decider} for row in rows]
    return {"new": new, "decided": told}


def saved(request: HttpRequest) -> dict[str, Any]:
    """The lists that this person, or the desk, keeps, and what the page asks for news with."""
    person = pages.person(request)
    mine = SavedFilter.objects.filter(Q(owner=person) | Q(shared=True)).select_related("owner")
    return {
        "saved": list(mine),
        "query": request.GET.urlencode(),
        "may_share": request.user.has_perm(SHARE),
        "since": timezone.now().isoformat(),
    }


def keep(request: HttpRequest) -> str:
    """Keep a list under a name, or keep it no more; what was wrong, or nothing."""
    person = pages.person(request)
    mine = SavedFilter.objects.filter(owner=person)
    if gone := request.POST.get("gone", ""):
        mine.filter(pk=int(gone) if gone.isdecimal() else 0).delete()
        return ""
    name, query = request.POST.get("name", "").strip()[:60], request.POST.get("query", "")
    if not name:
        return _("Give the list a name.")
    if len(query) > 1000:
        return _("This list asks for too much to be kept.")
    shared = bool(request.POST.get("shared")) and request.user.has_perm(SHARE)
    try:
        with transaction.atomic():
            mine.create(name=name, query=query, shared=shared, owner=person)
    except IntegrityError:
        return _("You have a list of that name already.")
    return ""


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
