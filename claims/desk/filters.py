"""The filters above the lists; `templates/admin/filter.html` draws them as menus of links."""

from collections.abc import Iterator
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.contrib.admin.views.main import ChangeList
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from claims import review, sentences, verdicts
from claims.desk import handling, pages
from claims.models import Claim, Entry, Finding, Proposal

ALL = "all"
MOST_FIRST = 500  # proposals that wait, whose outlets are offered


class Narrowed(SimpleListFilter):
    """A filter that shows one of its choices until another is asked for, be it all."""

    parameter_name: str
    first: str

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        for value, title in self.lookup_choices:
            yield {
                "selected": (self.value() or self.first) == value,
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": title,
            }


class StateFilter(Narrowed):
    """Open proposals, unless others are asked for."""

    title = _("state")
    parameter_name = "state"
    first = "open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*Proposal.STATES, (ALL, _("All"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Proposal]) -> QuerySet[Proposal]:
        value = self.value() or self.first
        return queryset if value == ALL else queryset.filter(state=value)


class WhoseFilter(SimpleListFilter):
    """The next ten for this person, what is assigned, what is snoozed; else what is awake."""

    title = _("for whom")
    parameter_name = "whose"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("next", _("My next ten")),
            ("mine", _("Assigned to me")),
            ("others", _("Assigned to others")),
            ("snoozed", _("Snoozed")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Proposal]) -> QuerySet[Proposal]:
        today, me = timezone.localdate(), request.user.pk
        match self.value():
            case "next":
                mine = handling.for_me(queryset, pages.person(request), today)
                ordered = mine.order_by(*handling.QUEUE_ORDER).values("id")[: handling.TEN]
                return queryset.filter(id__in=list(ordered.values_list("id", flat=True)))
            case "mine":
                return queryset.filter(handling__assignee=me)
            case "others":
                return queryset.exclude(handling__assignee=None).exclude(handling__assignee=me)
            case "snoozed":
                return queryset.filter(handling__snoozed_until__gt=today)
        return handling.awake(queryset, today)


class StanceFilter(SimpleListFilter):
    """Proposals that hold a dispute, any or of one kind, or none."""

    title = _("stance")
    parameter_name = "stance"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        disputes = ("disputes", _("Disputes, of any kind"))
        return [disputes, *Finding.KINDS, ("supports", _("Only supports"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Proposal]) -> QuerySet[Proposal]:
        match self.value():
            case None:
                return queryset
            case "disputes":
                return queryset.filter(disputed=True)
            case "supports":
                return queryset.filter(disputed=False)
        return queryset.filter(_found(stance="disputes", kind=self.value()))


class KindFilter(SimpleListFilter):
    """New claims, or more evidence for claims on record."""

    title = _("proposes")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("new", _("New claims")),
            ("link", _("Evidence for known claims")),
            ("changed", _("What becomes of evidence whose source changed")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Proposal]) -> QuerySet[Proposal]:
        match self.value():
            case None:
                return queryset
            case "changed":
                return queryset.filter(replaces__isnull=False)
        return queryset.filter(begins=self.value() == "new", replaces=None)


class OutletFilter(SimpleListFilter):
    """Proposals that rest on an article of one outlet; those of the first ones are offered."""

    title = _("outlet")
    parameter_name = "outlet"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        first = Proposal.objects.filter(state="open").order_by(*handling.QUEUE_ORDER)
        ids = list(first.values_list("id", flat=True)[:MOST_FIRST])
        named = Finding.objects.filter(proposal__in=ids).values_list("outlet", flat=True)
        return [(name, name) for name in sorted(set(named), key=str.casefold)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Proposal]) -> QuerySet[Proposal]:
        return queryset if self.value() is None else queryset.filter(_found(outlet=self.value()))


class VerdictFilter(SimpleListFilter):
    """Claims by how far their verdict has come."""

    title = _("verdict")
    parameter_name = "verdict"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("waits", _("Waits for a second person")),
            ("mine", _("Waits for me")),
            ("confirmed", _("Confirmed")),
            ("outdated", _("Outdated")),
            ("none", _("Not rated")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Claim]) -> QuerySet[Claim]:
        match self.value():
            case "waits":
                return queryset.filter(verdicts.WAITING)
            case "mine":
                return queryset.filter(verdicts.waiting_for(review.actor(pages.person(request))))
            case "confirmed":
                return queryset.filter(verdicts.HOLDING)
            case "outdated":
                return queryset.filter(verdict__outdated=True)
            case "none":
                return queryset.filter(verdict=None)
        return queryset


class LanguageFilter(SimpleListFilter):
    """Proposals in a language; evidence for a known claim is in the language of that claim."""

    title = _("language")
    parameter_name = "language"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("fr", _("French")), ("en", _("English"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() is None:
            return queryset
        if queryset.model is Claim:
            return queryset.filter(language=self.value())
        known = Claim.objects.filter(language=self.value()).values("id")
        return queryset.filter(Q(language=self.value()) | Q(begins=False, claim__in=known))


class WordFilter(SimpleListFilter):
    """Entries of the log that hold one word."""

    title = _("event")
    parameter_name = "type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(sentences.WORDS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Entry]) -> QuerySet[Entry]:
        return queryset if self.value() is None else queryset.filter(type=self.value())


def _found(**wanted: Any) -> Exists:
    return Exists(Finding.objects.filter(proposal=OuterRef("pk"), **wanted))
