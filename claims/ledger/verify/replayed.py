"""A claim's status, folded again by whoever verifies, and compared with what the desk shows. Pure.

This is the one part of the verifier that knows what the entries mean: it folds with the very code
that the desk folds with, which is open to read, and from nothing but the entries.
"""

from collections.abc import Iterator
from typing import Any

from claims import events, status
from claims.events import Erased, Redacted, Word
from claims.ledger.entry import Entry


class Replayed:
    """What the entries of one claim add up to, fed in order.

    Of an entry that was erased, the claim's own event that erased it says what remains.
    """

    def __init__(self) -> None:
        self.position = -1
        self.erased: list[int] = []
        self._entries: list[Entry] = []
        self._words: dict[int, Word] = {}  # by position, of what was not erased

    def add(self, entry: Entry) -> None:
        """One more entry; raises events.Unsayable where it holds no word."""
        self.position = entry.position
        if entry.body is None:
            self.erased.append(entry.position)
        else:
            word = events.decode(entry.body, schema_version=entry.schema_version)
            if events.name(word) != entry.type:
                raise events.Unsayable(f"it is filed as {entry.type} and says {events.name(word)}")
            self._words[entry.position] = word
        self._entries.append(entry)

    @property
    def state(self) -> status.State:
        """The state that they add up to."""
        return status.fold((self._said(entry), entry.actor) for entry in self._entries)

    def _said(self, entry: Entry) -> Word:
        """The word of an entry, or what remains of it."""
        if entry.position in self._words:
            return self._words[entry.position]
        by = self._erasing(entry)
        return (by.remains if by else None) or Redacted(was=entry.type)

    def _erasing(self, entry: Entry) -> Erased | None:
        """What erased an entry; where that was erased in turn, what remains of it."""
        word = self._words.get(entry.erased_by) if entry.erased_by is not None else None
        if word is None:
            others = (other for other in self._entries if other.position == entry.erased_by)
            word = next((self._erasing(other) for other in others), None)
        while isinstance(word, Erased) and word.position != entry.position:
            word = word.remains
        return word if isinstance(word, Erased) else None

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
            "articles": state.articles,
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
