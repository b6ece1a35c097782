"""Passage by claim: which claims it may speak of, and what it says of them."""

from typing import Any

from workers.matching.relation import Relation, relate

MATCHER = "rules/2"

__all__ = ["MATCHER", "Relation", "candidates", "relate"]


def __getattr__(name: str) -> Any:
    """`candidates` needs Django, which the pure `relate` must not load."""
    if name == "candidates":
        from workers.matching.search import candidates

        return candidates
    raise AttributeError(name)
