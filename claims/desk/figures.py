"""What a desk lead looks at each morning: how the queue and its decisions do, as tables.

Every table is a few rows from one query; the page draws it, and the same rows are its CSV.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from claims import review, verdicts
from claims.ledger import log, tree
from claims.models import Claim, Finding, Proposal
from claims.status import Status

PERIODS = (7, 14, 30, 90)  # days
OF_PERSONS = "claims.view_decisions"
MOST_ROWS = 15
WAITED = """
SELECT (decided_at AT TIME ZONE 'UTC')::date AS day,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM decided_at - created_at)),
    percentile_cont(0.9) WITHIN GROUP (ORDER BY extract(epoch FROM decided_at - created_at))
FROM claims_proposal
WHERE decided_at >= %s AND state IN ('accepted', 'dismissed')
GROUP BY day ORDER BY day
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """A table with a name; the second column is what is drawn."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    @property
    def bars(self) -> Iterator[tuple[tuple[Any, ...], float]]:
        """Each row with the length of its bar, from 0 to 100."""
        most = max((float(row[1]) for row in self.rows), default=0.0) or 1.0
        return ((row, round(100 * max(float(row[1]), 0.0) / most, 1)) for row in self.rows)


def of_desk(person: User, days: int, *, at: datetime) -> Iterator[Figures]:
    """The tables that this person may see, over so many days."""
    since = at - timedelta(days=days)
    yield _ages(at)
    decided = Proposal.objects.filter(decided_at__gte=since, state__in=("accepted", "dismissed"))
    yield _by_day(decided, person)
    if person.has_perm(OF_PERSONS):
        yield _by_person(decided)
    yield _waited(since)
    judged = Finding.objects.filter(proposal__in=decided)
    yield _accepted("matchers", _("Accepted, by matcher"), judged, "matcher")
    yield _accepted("outlets", _("Accepted, by outlet"), judged, "outlet")


def moved(*, at: datetime) -> QuerySet[Claim]:
    """The disputed claims that moved since yesterday, the last first."""
    disputed = Claim.objects.defer("search", "evidence").filter(status=Status.DISPUTED)
    recent = disputed.filter(recorded_at__gte=at - timedelta(days=1))
    return recent.order_by("-position")[:MOST_ROWS]


def signed(*, at: datetime) -> dict[str, Any]:
    """How old the newest checkpoint is, and how many events it does not cover yet."""
    published, size = tree.newest(), log.size()
    if published is None:
        return {"unsigned": size, "signed_at": None, "late": size > 0}
    unsigned = size - published.size
    late = unsigned > 0 and at - published.signed_at > timedelta(minutes=5)
    return {"unsigned": unsigned, "signed_at": published.signed_at, "late": late}


def _ages(at: datetime) -> Figures:
    steps = [
        (_("under an hour"), timedelta(), timedelta(hours=1)),
        (_("under a day"), timedelta(hours=1), timedelta(days=1)),
        (_("one to three days"), timedelta(days=1), timedelta(days=3)),
        (_("three to seven days"), timedelta(days=3), timedelta(days=7)),
        (_("over a week"), timedelta(days=7), timedelta(days=40_000)),
    ]
    counts = {
        f"step{number}": Count("pk", filter=Q(created_at__lte=at - young, created_at__gt=at - old))
        for number, (_name, young, old) in enumerate(steps)
    }
    found = Proposal.objects.filter(state="open").aggregate(**counts)
    rows = tuple((name, found[f"step{number}"]) for number, (name, *_ages) in enumerate(steps))
    return Figures(
        name="queue", title=_("The queue, by age"), columns=(_("waits"), _("proposals")), rows=rows
    )


def _by_day(decided: QuerySet[Proposal], person: User) -> Figures:
    days = (
        decided.annotate(day=TruncDate("decided_at"))
        .values("day")
        .annotate(all=Count("pk"), mine=Count("pk", filter=Q(decided_by=person.pk)))
        .order_by("day")
    )
    rows = tuple((date_format(one["day"]), one["all"], one["mine"]) for one in days)
    columns = (_("day"), _("decisions"), _("of them mine"))
    return Figures(name="days", title=_("Decisions a day"), columns=columns, rows=rows)


def _by_person(decided: QuerySet[Proposal]) -> Figures:
    counted = (
        decided.values("decided_by__username")
        .annotate(
            all=Count("pk"),
            accepted=Count("pk", filter=Q(state="accepted")),
            days=Count(TruncDate("decided_at"), distinct=True),
        )
        .order_by("-all", "decided_by__username")[:MOST_ROWS]
    )
    rows = tuple(
        (one["decided_by__username"], one["all"], one["accepted"], round(one["all"] / one["days"]))
        for one in counted
    )
    columns = (_("person"), _("decisions"), _("accepted"), _("a day"))
    return Figures(name="people", title=_("Decisions, by person"), columns=columns, rows=rows)


def _waited(since: datetime) -> Figures:
    with connection.cursor() as cursor:
        cursor.execute(WAITED, [since])
        found = cursor.fetchall()
    rows = tuple(
        (date_format(day), round(float(half) / 3600, 1), round(float(most) / 3600, 1))
        for day, half, most in found
    )
    columns = (_("day"), _("half within, hours"), _("nine of ten within, hours"))
    return Figures(name="waited", title=_("Time to decision"), columns=columns, rows=rows)


def _accepted(name: str, title: str, judged: QuerySet[Finding], by: str) -> Figures:
    counted = (
        judged.values(key=F(by))
        .annotate(all=Count("pk"), accepted=Count("pk", filter=Q(proposal__state="accepted")))
        .order_by("-all", "key")[:MOST_ROWS]
    )
    rows = tuple(
        (one["key"], round(100 * one["accepted"] / one["all"]), one["all"]) for one in counted
    )
    columns = (title, _("accepted, %"), _("passages decided"))
    return Figures(name=name, title=title, columns=columns, rows=rows)


def waiting_for(person: User) -> dict[str, int]:
    """What waits for this very person: proposals assigned to them, verdicts to be looked at."""
    return {
        "assigned": Proposal.objects.filter(state="open", handling__assignee=person).count(),
        "verdicts": Claim.objects.filter(verdicts.waiting_for(review.actor(person))).count(),
    }
