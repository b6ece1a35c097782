"""A version's passages as its page shows them, and whether a newer version still says the same."""

from itertools import pairwise
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from sources.models import Passage, Version

PROPOSED = {"statement", "quotation"}  # Other passages are shown greyed.
PASSAGES_A_PAGE = 400


def passages(request: HttpRequest, version: Version) -> dict[str, Any]:
    """The passages of a version in reading order, a page at a time, the asked one marked."""
    every = version.passages.order_by("number")
    marked = _asked(request)
    page = request.GET.get("page")
    if marked and page is None:
        page = str(every.filter(end__lte=marked[0]).count() // PASSAGES_A_PAGE + 1)
    pager = Paginator(every, PASSAGES_A_PAGE).get_page(page)
    text = version.text or ""
    shown = [_shown(passage, text, marked) for passage in pager]
    counts = every.aggregate(all=Count("pk"), said=Count("pk", filter=Q(kind__in=PROPOSED)))
    about = version.about | {"modified": parse_datetime(version.about.get("modified_at") or "")}
    return {"about": about, "version": version, "pager": pager, "passages": shown, "counts": counts}


def _shown(passage: Passage, text: str, marked: tuple[int, int] | None) -> dict[str, Any]:
    """A passage in pieces: what a link asks for is marked, and how its speaker is known titled."""
    said = {"direct": _("quoted"), "indirect": _("reported")}
    begins = marked is not None and passage.start <= marked[0] < passage.end
    return {
        "passage": passage,
        "grey": passage.kind not in PROPOSED,
        "attribution": said.get(passage.attribution, ""),
        "pieces": _pieces(passage, text, marked),
        "begins": begins,
    }


def _pieces(passage: Passage, text: str, marked: tuple[int, int] | None) -> list[dict[str, Any]]:
    spans = [
        (passage.speaker_start, passage.speaker_end, passage.speaker or _("The speaker")),
        (passage.cue_start, passage.cue_end, _("Says that somebody speaks")),
    ]
    titled = [(a, b, title) for a, b, title in spans if a is not None and b is not None]
    inner = [*(marked or ()), *(edge for a, b, _title in titled for edge in (a, b))]
    within = {edge for edge in inner if passage.start < edge < passage.end}
    return [
        {
            "text": text[start:end],
            "marked": marked is not None and marked[0] <= start < marked[1],
            "title": next((title for a, b, title in titled if a <= start < b), ""),
        }
        for start, end in pairwise(sorted(within | {passage.start, passage.end}))
    ]


def _asked(request: HttpRequest) -> tuple[int, int] | None:
    """The place in the text that a link points to, if it does."""
    start, end = request.GET.get("start", ""), request.GET.get("end", "")
    return (int(start), int(end)) if start.isdecimal() and end.isdecimal() else None


def since(request: HttpRequest, version: Version) -> dict[str, Any] | None:
    """The version that is newer than this one, and whether it has the quote that a link asks for.

    `stands` is None where no quote is asked for, or where one of the two has no text.
    """
    newest = version.document.by_age().defer("body").first()
    if newest is None or newest == version:
        return None
    marked, stands = _asked(request), None
    if marked and version.text and newest.text:
        stands = version.text[slice(*marked)] in newest.text
    return {"version": newest, "stands": stands}
