"""The first page: the desk's figures, and beside them how reading does.

It stands here because it alone knows both the claims and the documents.
"""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from claims.desk import dashboard, figures, pages
from sources import health
from tracker.pages import lists


def first_page(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What the first page shows this person."""
    page = dashboard.first_page(request, context)
    if request.user.has_perm("sources.view_document"):
        page |= {"failing": health.failing(), "silent": health.silent(at=timezone.now())}
    return page


def as_csv(request: HttpRequest, name: str) -> HttpResponse:
    """A table of the first page as CSV (RFC 4180), for those who see it there."""
    if not request.user.has_perm("claims.view_proposal"):
        raise PermissionDenied
    shown = figures.of_desk(pages.person(request), dashboard.days(request), at=timezone.now())
    table = next((one for one in shown if one.name == name), None)
    if table is None:
        raise Http404
    return lists.table(name, (table.columns, *table.rows))
