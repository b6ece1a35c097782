"""The standing evidence of a claim by its origins: all of it, and as pages show it."""

from collections.abc import Iterable
from typing import Any

from django.utils.dateparse import parse_datetime

PIECES, MOST_PIECES = 20, 500  # of the evidence of one origin, on a page


def by_origin(evidence: Iterable[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """The pieces of each origin, the origin that came first first."""
    origins: dict[str, list[dict[str, Any]]] = {}
    for piece in evidence:
        origins.setdefault(piece["origin"], []).append(piece)
    return origins


def grouped(evidence: list[dict[str, Any]], whole: str = "") -> list[dict[str, Any]]:
    """The evidence by origin, what supports the claim before what disputes it.

    Of each group the first PIECES, with how many `more` there are; of the origin that is asked for
    as a `whole`, many more. Each piece has the time it was `published` at, where that is known.
    """
    groups = []
    for disputes in (False, True):
        side = (piece for piece in evidence if (piece["word"] == "disputed") == disputes)
        for origin, pieces in by_origin(side).items():
            shown = pieces[: MOST_PIECES if origin == whole else PIECES]
            group = {"origin": origin, "disputes": disputes, "more": len(pieces) - len(shown)}
            groups.append({**group, "pieces": [_dated(piece) for piece in shown]})
    return groups


def _dated(piece: dict[str, Any]) -> dict[str, Any]:
    return {**piece, "published": parse_datetime(piece["published_at"] or "")}
