"""A claim's life in one picture: its events along time, what supports above, what disputes below.

The picture is SVG, made here, so that it needs no script. Marks that would stand on one another are
one mark with their number.
"""

from collections.abc import Container, Iterable, Iterator
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple, cast

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from claims import history
from claims.models import Claim, Entry

WIDTH, MIDDLE, HEIGHT = 720, 60, 132
EDGE, STEP = 16, 14  # units of the picture at its sides, and from one mark to the next
BAND = 104  # where the band of statuses is drawn
MOST = 10_000  # entries that are drawn
FOLDED = 500  # entries up to which the statuses are, too
ABOVE = {"asserted", "corroborated"}
BELOW = {"disputed"}
SHAPES = {
    "asserted": "circle", "corroborated": "circle", "disputed": "diamond", "rated": "square",
    "confirmed": "square", "unrated": "square",
}  # fmt: skip


class Mark(NamedTuple):
    """One or several events at one place."""

    x: float
    y: float
    shape: str
    kind: str
    number: int
    version: int
    title: str


class Stretch(NamedTuple):
    """How long the claim stood so."""

    x: float
    width: float
    status: str
    title: str


def of_life(timeline: QuerySet[Entry], shown: Container[int] | None = None) -> dict[str, Any]:
    """What the template draws of a history, given with its newest entry first; of the entries
    those whose version is `shown`, or all."""
    drawn = timeline.values_list("version", "type", "recorded_at")[:MOST]
    entries = sorted(one for one in drawn if shown is None or one[0] in shown)
    if not entries:
        return {}
    first, last = entries[0][2], entries[-1][2]
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "middle": MIDDLE,
        "band": BAND,
        "marks": list(_marks(entries, first, last)),
        "stretches": list(_stretches(timeline, first, last)) if len(entries) <= FOLDED else [],
        "first": date_format(first, "DATETIME_FORMAT"),
        "last": date_format(last, "DATETIME_FORMAT"),
        "count": len(entries),
    }


def _at(when: datetime, first: datetime, last: datetime) -> float:
    """Where a moment stands from left to right; a life of one moment stands in the middle."""
    whole = (last - first).total_seconds()
    share = (when - first).total_seconds() / whole if whole else 0.5
    return EDGE + share * (WIDTH - 2 * EDGE)


def _marks(
    entries: list[tuple[int, str, datetime]], first: datetime, last: datetime
) -> Iterator[Mark]:
    def place(entry: tuple[int, str, datetime]) -> tuple[int, int]:
        _version, word, when = entry
        row = -1 if word in ABOVE else 1 if word in BELOW else 0
        return row, round(_at(when, first, last) / STEP)

    for (row, column), found in groupby(sorted(entries, key=place), key=place):
        group = list(found)
        version, word, when = group[-1]
        words = ", ".join(dict.fromkeys(_(each[1].capitalize()) for each in group))
        yield Mark(
            x=float(column * STEP),
            y=MIDDLE + row * 28,
            shape=SHAPES.get(word, "triangle"),
            kind=word,
            number=len(group),
            version=version,
            title=f"{date_format(when, 'DATETIME_FORMAT')}: {words}",
        )


def _stretches(timeline: Iterable[Entry], first: datetime, last: datetime) -> Iterator[Stretch]:
    """How the claim stood from one event to the next."""
    past, stands = None, list[tuple[datetime, str]]()
    for entry in sorted(timeline, key=lambda one: one.version):
        past = history.added_up([cast(Any, entry)], past)
        stands.append((entry.recorded_at, past.state.status.value))
    names = dict(Claim.STATUSES)
    for stood, group in groupby(enumerate(stands), key=lambda one: one[1][1]):
        places = [number for number, _stand in group]
        begins = _at(stands[places[0]][0], first, last)
        after = places[-1] + 1
        ends = _at(stands[after][0], first, last) if after < len(stands) else WIDTH - EDGE / 2
        yield Stretch(x=begins, width=max(ends - begins, 3), status=stood, title=str(names[stood]))
