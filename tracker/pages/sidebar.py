"""The admin's sidebar: what there is to see for this person, and how much of it waits.

It is put together here because it alone knows both the claims and the documents; the first page
repeats in large what has a count.
"""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from claims.desk import dashboard, shelf, webhooks
from sources import admin as documents


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The groups of links that unfold shows beside every page."""
    groups = (
        (_("Desk"), _desk(request)),
        (_("Reading"), _reading(request)),
        (_("People and clients"), _people(request)),
    )
    return [
        {"title": title, "separator": number > 0, "items": list(items)}
        for number, (title, items) in enumerate(groups)
    ]


def _desk(request: HttpRequest) -> Iterator[dict[str, Any]]:
    yield {"title": _("Overview"), "icon": "home", "link": reverse("admin:index")}
    if _may(request, "claims.view_proposal"):
        count = {"badge": dashboard.open_proposals(), "badge_variant": "info"}
        yield _list(request, _("Proposals"), "inbox", "claims_proposal") | count
    if _may(request, "claims.view_claim"):
        yield _list(request, _("Claims"), "fact_check", "claims_claim")
        count = {"badge": dashboard.disputed_claims(), "badge_variant": "danger"}
        query = "status__exact=disputed"
        yield _list(request, _("Disputed claims"), "balance", "claims_claim", query) | count
        link = reverse("for-me")
        count = {"badge": str(shelf.unread(request.user)), "badge_variant": "info"}
        here = request.path.startswith(link)
        yield {"title": _("For me"), "icon": "notifications", "link": link, "active": here} | count
    if _may(request, "claims.view_story"):
        yield _list(request, _("Stories"), "folder", "claims_story")
    if _may(request, "claims.view_entry"):
        yield _list(request, _("Events"), "history", "claims_entry")


def _reading(request: HttpRequest) -> Iterator[dict[str, Any]]:
    if _may(request, "sources.view_document"):
        yield _list(request, _("Documents"), "article", "sources_document")
        count = {"badge": documents.waiting(), "badge_variant": "info"}
        title, query = _("Waiting documents"), "state__exact=waiting"
        yield _list(request, title, "hourglass_empty", "sources_document", query) | count
        count = {"badge": documents.failed(), "badge_variant": "danger"}
        title, query = _("Failed documents"), "state__exact=failed"
        yield _list(request, title, "error", "sources_document", query) | count
    if _may(request, "sources.view_feed"):
        yield _list(request, _("Feeds"), "rss_feed", "sources_feed")
    if _may(request, "sources.view_source"):
        yield _list(request, _("Outlets"), "newspaper", "sources_source")


def _people(request: HttpRequest) -> Iterator[dict[str, Any]]:
    if _may(request, "auth.view_user"):
        yield _list(request, _("Users"), "person", "auth_user")
    if _may(request, "auth.view_group"):
        yield _list(request, _("Groups"), "group", "auth_group")
    if _may(request, "claims.view_apikey"):
        yield _list(request, _("API keys"), "key", "claims_apikey")
    # The menu below one's name cannot be opened by keyboard.
    link = reverse("security")
    here = request.path.startswith(link)
    yield {"title": _("Security"), "icon": "lock", "link": link, "active": here}
    if _may(request, "claims.view_pulled"):
        yield _list(request, _("Recall list"), "campaign", "claims_pulled")
    if _may(request, "claims.view_subscription"):
        count = {"badge": webhooks.stopped(), "badge_variant": "danger"}
        yield _list(request, _("Webhooks"), "webhook", "claims_subscription") | count
    if _may(request, "claims.view_delivery"):
        yield _list(request, _("Deliveries"), "outgoing_mail", "claims_delivery")


def _may(request: HttpRequest, permission: str) -> bool:
    """Whether the person has the permission."""
    return request.user.has_perm(permission)


def _list(
    request: HttpRequest, title: str, icon: str, model: str, query: str = ""
) -> dict[str, Any]:
    """A link to a list, all of it or filtered; only the one that is open is marked."""
    path = reverse(f"admin:{model}_changelist")
    here = request.path.startswith(path)
    filtered = request.GET.urlencode() if "__exact" in request.GET.urlencode() else ""
    link = f"{path}?{query}" if query else path
    return {"title": title, "icon": icon, "link": link, "active": here and filtered == query}
