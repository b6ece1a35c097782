"""The tree of a log that is read from its start, entry by entry. Pure.

Only the right edge is held, so that memory grows with the logarithm of the log; each tile is given
out as it becomes full, to be written by an export and compared by who verifies one.
"""

from collections.abc import Iterator

from claims.ledger import tiles
from claims.ledger.merkle import fold


class Growing:
    """The tree of the leaves added so far."""

    def __init__(self) -> None:
        self.size = 0
        self._edge: list[list[bytes]] = []

    def add(self, leaf_hash: bytes) -> list[tuple[int, int, list[bytes]]]:
        """One more leaf; level, index and hashes of every tile that is full now."""
        full: list[tuple[int, int, list[bytes]]] = []
        level, grown = 0, leaf_hash
        self.size += 1
        while True:
            if level == len(self._edge):
                self._edge.append([])
            hashes = self._edge[level]
            hashes.append(grown)
            if len(hashes) < tiles.SPAN:
                return full
            index = (self.size >> tiles.BITS * (level + 1)) - 1
            full.append((level, index, hashes))
            self._edge[level] = []
            level, grown = level + 1, fold(hashes)

    def partial(self) -> Iterator[tuple[int, int, list[bytes]]]:
        """Level, index and hashes of every tile at the right edge."""
        for level, hashes in enumerate(self._edge):
            if hashes:
                yield level, self.size >> tiles.BITS * (level + 1), hashes

    def root(self) -> bytes:
        """The root over all leaves so far."""
        return tiles.root(self._hashes, self.size)

    def _hashes(self, level: int, first: int, end: int) -> list[bytes]:
        start = first % tiles.SPAN
        return self._edge[level][start : start + end - first]
