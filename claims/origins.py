"""The standing evidence of a claim as pages show it: an origin a group, not too much of each."""

from collections.abc import Iterable
from typing import Any

from django.utils.dateparse import parse_datetime

PIECES, MOST_PIECES = 20, 500  # of the evidence of one origin


def grouped(evidence: Iterable[dict[str, Any]], whole: str = "") -> list[dict[str, Any]]:
    """The evidence by origin, what supports the claim before what disputes it.

    Of each group the first PIECES, with how many `more` there are; of the origin that is asked for
    as a `whole`, many more. Each piece has the time it was `published` at, where that is known.
    """
    groups: dict[tuple[bool, str], dict[str, Any]] = {}
    for stored in evidence:
        disputes, origin = stored["word"] == "disputed", stored["origin"]
        new = {"origin": origin, "disputes": disputes, "pieces": [], "more": 0}
        group = groups.setdefault((disputes, origin), new)
        if len(group["pieces"]) >= (MOST_PIECES if origin == whole else PIECES):
            group["more"] += 1
            continue
        published = parse_datetime(stored["published_at"] or "")
        group["pieces"].append({**stored, "published": published})
    return sorted(groups.values(), key=lambda group: bool(group["disputes"]))
