"""The whole log as it is published, from its first entry to its last. No Django, and no trust.

Every hash is computed again from the entries and compared with what is published, so that whatever
was touched is named by its position. The tree is followed at its right edge alone, and of each
claim the last hash is held.
"""

from collections.abc import Callable, Iterator
from typing import TypeVar

from claims.ledger import tiles
from claims.ledger.entry import leaf_hash
from claims.ledger.growing import Growing
from claims.ledger.merkle import ProofError
from claims.ledger.note import Checkpoint
from claims.ledger.verify.checks import HEADER, Chain
from claims.ledger.verify.places import Unavailable
from claims.ledger.verify.published import Published

T = TypeVar("T")
Progress = Callable[[str, int, int], None]
"""Told what is being read, how much of it was, and of how much."""

FORKED = (
    "These are two histories: the key signed, as the first {size:,} entries, others than the log "
    "has now. Keep both checkpoints: together they prove it."
)


class Whole:
    """The examination of what is published of a log; it goes on after what does not hold."""

    def __init__(self, log: Published) -> None:
        self.log = log
        self.ours = False  # are the entries events of Claim Tracker?
        self.chain = Chain()
        self._entries = Growing()  # the tree by the entries
        self._served = Growing()  # the tree by the lowest tiles

    def wrong(self, pinned: Checkpoint | None, progress: Progress) -> Iterator[str]:
        """Sentences about what does not hold, none where all does."""
        size = self.log.size
        if pinned and pinned.size > size:
            yield (
                f"The log was cut: the pinned checkpoint is of {pinned.size:,} entries, and there "
                f"are {size:,}."
            )
        if pinned and not pinned.size:
            yield "The pinned checkpoint is of an empty log and proves nothing: keep a later one."
        for index in range(-(-size // tiles.SPAN)):
            yield from self._span(index, pinned)
            progress("Entries", self._entries.size, size)
        for level, index, hashes in self._entries.partial():
            yield from self._tile(level, index, hashes)
        yield from self._roots()

    def _span(self, index: int, pinned: Checkpoint | None) -> Iterator[str]:
        """A bundle of entries and the tile of their hashes."""
        first = index * tiles.SPAN
        width = tiles.width(0, index, self.log.size)
        leaves, unread = attempt(lambda: self.log.bundle(index))
        hashes, missing = attempt(lambda: self.log.tile(0, index))
        for reason in filter(None, (unread, missing)):
            yield f"Positions {first:,} to {first + width - 1:,}: {reason}."
        for at in range(width):
            leaf = leaves[at] if leaves else None
            hash_ = leaf_hash(leaf) if leaf is not None else hashes[at] if hashes else bytes(32)
            if leaf is not None:
                yield from self._leaf(first + at, leaf, hashes[at] if hashes else hash_)
            self._served.add(hashes[at] if hashes else hash_)
            for level, number, full in self._entries.add(hash_):
                yield from self._tile(level, number, full)
            if pinned and self._entries.size == pinned.size:
                yield from self._against(pinned)

    def _leaf(self, position: int, leaf: bytes, expected: bytes) -> Iterator[str]:
        """An entry against its hash in the tile, and as the continuation of its claim."""
        if leaf_hash(leaf) != expected:
            yield f"Position {position:,}: the entry and its hash in the tree do not fit."
        if position == 0:
            self.ours = leaf.startswith(HEADER)
        if self.ours:
            yield from (
                f"Position {position:,}: {what}." for what in self.chain.wrong(position, leaf)
            )

    def _tile(self, level: int, index: int, hashes: list[bytes]) -> Iterator[str]:
        """A tile above the lowest against what the entries add up to."""
        if level == 0:
            return
        path = tiles.path(level, index, len(hashes))
        found, missing = attempt(lambda: self.log.tile(level, index))
        if found is None:
            yield f"{path}: {missing}."
        elif found != hashes:
            at = next(i for i, expected in enumerate(hashes) if found[i] != expected)
            span = tiles.SPAN**level
            first = (index * tiles.SPAN + at) * span
            yield (
                f"{path}: its hash {at} is not the one over positions {first:,} to "
                f"{first + span - 1:,}."
            )

    def _against(self, pinned: Checkpoint) -> Iterator[str]:
        if self._entries.root() != pinned.root:
            yield FORKED.format(size=pinned.size)

    def _roots(self) -> Iterator[str]:
        signed, size = self.log.checkpoint.root, self.log.size
        entries, served = self._entries.root() == signed, self._served.root() == signed
        if served and not entries:
            yield "The tiles add up to the root that was signed, the entries do not: see above."
        elif entries and not served:
            yield "The entries add up to the root that was signed, the tiles do not: see above."
        elif not entries:
            yield (
                f"Neither the {size:,} entries nor the tiles add up to the root that was signed: "
                "something was changed, swapped, put in or left out."
            )


def attempt(read: Callable[[], T]) -> tuple[T | None, str]:
    """What can be read, or None and the reason why it cannot."""
    try:
        return read(), ""
    except (Unavailable, ProofError) as error:
        return None, str(error)
