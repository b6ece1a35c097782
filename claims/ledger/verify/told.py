"""What was said at each position, and what the claims add up to by it. No Django, and no trust.

The texts stand beside the log, which holds their commitments; here they are held against it one by
one. Then the desk's own fold is run over them, and what the desk shows is compared with the result:
in as many passes as keep the claims of one pass in memory.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from claims.events import Unsayable
from claims.ledger.entry import Entry, leaf_hash
from claims.ledger.merkle import Frontier
from claims.ledger.verify.checks import ERASED, Chain, differences, wrong
from claims.ledger.verify.published import Published
from claims.ledger.verify.replayed import Replayed
from claims.ledger.verify.whole import Progress, attempt

PASS = 100_000  # entries in the claims that are folded in one pass, about


class Told:
    """The examination of everything that was said, and of what is shown of it."""

    def __init__(self, log: Published, chain: Chain) -> None:
        self.log, self._chain = log, chain
        self.size = 0  # entries that were handed over, with those that no checkpoint covers yet
        self.root = b""  # over all of these
        self.claims = 0
        self.erased: dict[int, int] = {}  # by position, the position of what erased it
        self._passes = log.size // PASS + 1
        self._folds: dict[UUID, Replayed] = {}

    def wrong(self, progress: Progress) -> Iterator[str]:
        """Sentences about what does not hold, none where all does."""
        yield from self._texts(progress)
        yield from self._shown(0)
        for number in range(1, self._passes):
            self._folds.clear()
            for entry in self.log.place.entries(0):
                yield from self._fold(entry, number)
                progress(f"Claims, part {number + 1}", entry.position + 1, self.size)
            yield from self._shown(number)

    def _texts(self, progress: Progress) -> Iterator[str]:
        edge, erasures = Frontier(), set[int]()
        for entry in self.log.place.entries(0):
            position, self.size = self.size, self.size + 1
            for what in self._entry(entry, position):
                yield f"Position {position:,}: {what}."
            edge.append(leaf_hash(entry.leaf()))
            if entry.type == ERASED:
                erasures.add(position)
            yield from self._fold(entry, 0)
            progress("Texts", self.size, max(self.size, self.log.size))
        if self.size < self.log.size:
            yield (
                f"Positions {self.size:,} to {self.log.size - 1:,}: what was said there is cut off."
            )
        for position, by in self.erased.items():
            if by not in erasures:
                yield f"Position {position:,}: its text is missing, and no event erased it."
        self.root = edge.root()

    def _entry(self, entry: Entry, position: int) -> Iterator[str]:
        """An entry with its text against the log, or where that ends against the chain."""
        yield from wrong(entry)
        if entry.erased_by is not None:
            self.erased[position] = entry.erased_by
        if position >= self.log.size:
            yield from self._chain.wrong(position, entry.leaf())
            return
        yield from self._unlike(entry, position)

    def _unlike(self, entry: Entry, position: int) -> Iterator[str]:
        """Whether it is another event than the log's; a damaged tile was told of already."""
        hash_, _ = attempt(lambda: self.log.hashes(0, position, position + 1)[0])
        if leaf_hash(entry.leaf()) == hash_:
            return
        leaf, _ = attempt(lambda: self.log.leaf(position))
        if leaf is None and hash_ is not None:
            yield "it is not the event whose hash the log holds there"
        elif leaf is not None and leaf != entry.leaf():
            names = ", ".join(differences(entry, leaf)) or "its end"
            yield f"it is not the event that the log holds there ({names} differs)"

    def _fold(self, entry: Entry, number: int) -> Iterator[str]:
        if entry.stream_id.int % self._passes != number:
            return
        try:
            self._folds.setdefault(entry.stream_id, Replayed()).add(entry)
        except Unsayable as error:
            yield f"Position {entry.position:,}: it cannot be understood: {error}."

    def _shown(self, number: int) -> Iterator[str]:
        """What the desk shows of the claims of this pass against what they add up to."""
        missing = set(self._folds)
        self.claims += len(missing)
        for row in self.log.place.claims():
            claim = _id(row)
            if claim is None:
                yield f"A claim is shown whose id is {str(row.get('id'))[:40]!r}."
            elif claim.int % self._passes == number:
                missing.discard(claim)
                yield from self._compared(claim, row)
        for claim in sorted(missing):
            # A list that is read in pages can miss a claim that changes meanwhile: ask for it.
            shown = self.log.place.claim(claim)
            if shown is None:
                yield f"Claim {claim}: the log has its history, and it is not shown."
            else:
                yield from self._compared(claim, shown)

    def _compared(self, claim: UUID, row: dict[str, Any]) -> Iterator[str]:
        fold = self._folds.get(claim)
        if self.log.place.live and _position(row) >= self.size:
            return  # it has changed since the log was read
        if fold is None:
            yield f"Claim {claim}: it is shown, and the log has no event of it."
        else:
            yield from (f"Claim {claim}: {what}." for what in fold.wrong(row))


def _id(row: dict[str, Any]) -> UUID | None:
    try:
        return UUID(str(row.get("id")))
    except ValueError:
        return None


def _position(row: dict[str, Any]) -> int:
    found = row.get("position")
    return found if isinstance(found, int) else -1
