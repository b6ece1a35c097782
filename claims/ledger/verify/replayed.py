"""A claim's status, folded again by whoever verifies, and compared with what the desk shows. Pure.

This is the one part of the verifier that knows what the entries mean: it folds with the very code
that the desk folds with, which is open to read, and from nothing but the entries.
"""

from collections.abc import Iterator
from typing import Any

from claims import events, status
from claims.ledger.entry import Entry
from claims.ledger.verify.checks import ERASED


class Replayed:
    """What the entries of one claim add up to, fed in order."""

    def __init__(self) -> None:
        self.state = status.State()
        self.position = -1
        self.erased: list[int] = []

    def add(self, entry: Entry) -> None:
        """One more entry; raises events.Unsayable where it holds no word."""
        self.position = entry.position
        if entry.body is None:
            self.erased.append(entry.position)
        if entry.body is None or entry.type == ERASED:
            return
        word = events.decode(entry.body, schema_version=entry.schema_version)
        if events.name(word) != entry.type:
            raise events.Unsayable(f"it is filed as {entry.type} and says {events.name(word)}")
        self.state = status.evolve(self.state, word, entry.actor)

    def wrong(self, shown: dict[str, Any]) -> Iterator[str]:
        """In what the desk shows another claim than the entries add up to."""
        flat = {**shown, **_part(shown, "counts")}
        if "verdict" in shown:
            flat["verdict"] = _part(shown, "verdict").get("verdict")
        for name, value in self.folded().items():
            if name in flat and flat[name] != value:
                yield f"its {name.replace('_', ' ')} is shown as {flat[name]!r}, and is {value!r}"
        if isinstance(shown.get("evidence"), list) and _pieces(shown["evidence"]) != {
            (str(item.version), item.claim, item.evidence.document, item.evidence.quote)
            for item in self.state.standing
        }:
            yield "its evidence is shown otherwise than it stands"

    def folded(self) -> dict[str, Any]:
        """What is compared."""
        state = self.state
        verdict = state.verdict
        return {
            "status": state.status.value,
            "version": state.version,
            "position": self.position,
            "wording": state.wording,
            "language": state.language,
            "claimant": state.claimant,
            "origins": len(state.origins),
            "articles": len({item.evidence.document for item in state.standing if item.supports}),
            "disputes": len(state.disputes),
            "verdict": verdict and verdict.verdict,
            "merged_into": state.merged_into or None,
        }


def _part(shown: dict[str, Any], name: str) -> dict[str, Any]:
    found = shown.get(name)
    return found if isinstance(found, dict) else {}


def _pieces(shown: list[Any]) -> set[tuple[str, ...]]:
    """The quotes that are shown, one by one or grouped by their origin."""
    groups = (item.get("evidence", [item]) for item in shown if isinstance(item, dict))
    names = ("version", "claim", "document", "quote")
    return {
        tuple(str(piece.get(name)) for name in names)
        for group in groups
        if isinstance(group, list)
        for piece in group
        if isinstance(piece, dict)
    }
