"""What the desk's pages share: history is read-only, and a decision names what was on the screen.

A form carries the version of the claim and the revision of the proposal as they were displayed,
and a command id made with the page, so that pressing a button twice decides once.
"""

import re
from collections.abc import Iterable
from typing import Any, cast
from uuid import UUID, uuid4

from django.contrib.auth.models import User
from django.contrib.postgres.search import SearchQuery, SearchRank
from django.core.exceptions import BadRequest, PermissionDenied
from django.core.paginator import Paginator
from django.db import OperationalError
from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from claims import review, sentences
from claims.events import Unsayable
from claims.models import Claim, Entry
from claims.status import CLAIM

MOST_MEANT = 8  # claims that are offered to somebody who types

# What a person is told in a sentence; anything else is a fault of the program.
REFUSALS = (
    review.Refused,
    review.Conflict,
    review.CommandReused,
    Unsayable,
    OperationalError,
)


class ReadOnly(ModelAdmin):
    """A page on what only `review` and `history` may change, whoever looks at it."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def shown(self, request: HttpRequest, object_id: str) -> Any:
        """The row of a page, for those who may see it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if (row := self.get_object(request, object_id)) is None:
            raise Http404
        return row

    def page(self, request: HttpRequest, title: str, obj: Model | None = None) -> dict[str, Any]:
        """What unfold's templates need around a page of ours."""
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "original": obj,
        }


def decision(request: HttpRequest) -> review.Decision:
    """Who decides now, on what and under which command id, from the form's hidden fields.

    Raises:
        BadRequest: the form is not one of ours.
    """
    expected = number(request, "expected")
    return review.Decision(
        by=person(request),
        at=timezone.now(),
        expected=expected,
        command=identifier(request.POST.get("command", "")),
    )


def person(request: HttpRequest) -> User:
    """Who decides; the admin lets nobody in who is not logged in."""
    return cast(User, request.user)


def number(request: HttpRequest, field: str) -> int:
    """A number from a hidden field."""
    try:
        return int(request.POST.get(field, ""))
    except ValueError as error:
        raise BadRequest(f"The form lacks {field}; load the page again.") from error


def identifier(text: str) -> UUID:
    """A UUID from a hidden field."""
    try:
        return UUID(text)
    except ValueError as error:
        raise BadRequest("The form is damaged; load the page again.") from error


def new_command() -> str:
    """A command id for a form that is being shown."""
    return str(uuid4())


def refusal(error: Exception, claim: UUID, expected: int) -> str:
    """What a refused person is told: for a conflict, what happened on the claim meanwhile."""
    if isinstance(error, review.CommandReused):
        return _("This page was used for another decision; it is fresh again now, decide anew.")
    if isinstance(error, OperationalError):
        return _("The desk is very busy and nothing was decided; try again in a moment.")
    if not isinstance(error, review.Conflict):
        return str(error)
    since = Entry.objects.filter(stream_id=claim, version__gt=expected)
    return _(
        "The claim has changed while you were reading; look at it again, then decide. %(meanwhile)s"
    ) % {"meanwhile": sentences.meanwhile(since.order_by("version"))}


def meant(words: str, *, but: UUID | None = None) -> list[Claim]:
    """The few claims that somebody may mean who has typed so far, or names by its id or address.

    `but` is the claim that they have before them.
    """
    claims = Claim.objects.defer("search", "evidence").filter(merged_into=None)
    claims = claims.exclude(id=but) if but else claims
    if named := CLAIM.search(words.lower()):
        return list(claims.filter(id=named[0]))
    typed = re.findall(r"\w+", words)[:12]
    if not typed:
        return []
    prefixes = [*typed[:-1], f"{typed[-1]}:*"]
    for join in (" & ", " | "):
        raw = [
            SearchQuery(join.join(prefixes), config=config, search_type="raw")
            for config in ("french", "english")
        ]
        found = claims.filter(Q(search=raw[0]) | Q(search=raw[1]))
        ranked = found.annotate(rank=SearchRank("search", raw[0]) + SearchRank("search", raw[1]))
        if first := [*ranked.order_by("-rank", "-position")[:MOST_MEANT]]:
            return list[Claim](first)
    return []


def counted(rows: QuerySet[Any], most: int) -> str:
    """How many rows there are, or that there are more than `most`, which takes no longer."""
    found = rows.order_by()[: most + 1].count()
    return str(found) if found <= most else f"{most}+"


class Bounded(Paginator):  # type: ignore[type-arg]
    """Pages of a list of which no more than so many rows are counted; filters lead to the rest."""

    most = 5000

    @cached_property
    def count(self) -> int:
        """The rows of the list, or `most`."""
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]
        return int(rows.order_by()[: self.most].count())


def claim_link(claim: UUID | str) -> str:
    """The address of a claim's page."""
    return reverse("admin:claims_claim_change", args=[claim])


def passage_link(document: str, start: int, end: int) -> str:
    """The address of a passage in its document, which is the other room's page."""
    return f"{version_link(document)}?{urlencode({'start': start, 'end': end})}#quote"


def version_link(document: str) -> str:
    """The address of a version of a document, which is the other room's page."""
    return reverse("admin:sources_version_change", args=[document])


def by_id(ids: Iterable[UUID]) -> dict[UUID, Claim]:
    """Claims by their ids, with one query and without what only a search needs."""
    return Claim.objects.defer("search").in_bulk(list(set(ids)))
