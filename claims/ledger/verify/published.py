"""A log as it is published: its checkpoint, its tiles and its entries, read from a place. No trust.

Only what is needed is fetched, and a tile is kept for as long as the next proofs may need it.
"""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from claims.ledger import tiles
from claims.ledger.merkle import WIDTH, ProofError, verify_consistency, verify_inclusion
from claims.ledger.note import MOST_BYTES, Checkpoint, NoteError, Verifier, open_checkpoint
from claims.ledger.verify.places import Absent, Place, Unavailable

LONGEST_BUNDLE = tiles.SPAN * (2 + 65535)  # bytes
KEPT = 64  # tiles and bundles in memory


class Published:
    """A log whose checkpoint was signed by one of the keys.

    Raises NoteError where it was not, and Unavailable where there is none.
    """

    def __init__(self, place: Place, *, origin: str, verifiers: Sequence[Verifier]) -> None:
        self.place = place
        self.checkpoint = opened(
            place.read("checkpoint", MOST_BYTES), origin=origin, verifiers=verifiers
        )
        self.size = self.checkpoint.size
        self.tile = lru_cache(KEPT)(self._tile)
        self.bundle = lru_cache(4)(self._bundle)

    def hashes(self, level: int, first: int, end: int) -> list[bytes]:
        """As `tiles.Hashes`."""
        index, start = divmod(first, tiles.SPAN)
        found = self.tile(level, index)[start : start + end - first]
        if len(found) != end - first:
            raise ProofError(f"{tiles.path(level, index)} is not as wide as the log is long")
        return found

    def leaf(self, position: int) -> bytes:
        """The entry at a position: for a log of ours, the envelope of an event."""
        index, start = divmod(position, tiles.SPAN)
        return self.bundle(index)[start]

    def prove(self, position: int, leaf_hash: bytes) -> None:
        """Prove that a leaf stands at a position of the signed tree; raises ProofError."""
        verify_inclusion(
            leaf_hash=leaf_hash,
            index=position,
            size=self.size,
            proof=tiles.inclusion_proof(self.hashes, index=position, size=self.size),
            root=self.checkpoint.root,
        )

    def continues(self, pinned: Checkpoint) -> None:
        """Prove that the log still begins with what an older checkpoint covers.

        Raises ProofError with the reason; a log that is shorter now was cut.
        """
        if pinned.size > self.size:
            raise ProofError(
                f"the log was cut: it had {pinned.size:,} entries when the pinned checkpoint was "
                f"signed, and has {self.size:,}"
            )
        if not pinned.size:
            raise ProofError("a pinned checkpoint of an empty log proves nothing: keep a later one")
        verify_consistency(
            size1=pinned.size,
            size2=self.size,
            proof=tiles.consistency_proof(self.hashes, size1=pinned.size, size2=self.size),
            root1=pinned.root,
            root2=self.checkpoint.root,
        )

    def _tile(self, level: int, index: int) -> list[bytes]:
        """The hashes of a tile of this tree; raises Unavailable or ProofError."""
        width = tiles.width(level, index, self.size)
        found = tiles.tile(self._fetch(level, index, width, tiles.SPAN * WIDTH))
        return _cut(found, width, tiles.path(level, index, width))

    def _bundle(self, index: int) -> list[bytes]:
        """The entries of a bundle of this tree; raises Unavailable or ProofError."""
        width = tiles.width(0, index, self.size)
        found = tiles.unbundle(self._fetch(tiles.ENTRIES, index, width, LONGEST_BUNDLE))
        return _cut(found, width, tiles.path(tiles.ENTRIES, index, width))

    def _fetch(self, level: int | str, index: int, width: int, most: int) -> bytes:
        """A tile or bundle; a partial one may be gone where the full one is there by now."""
        try:
            return self.place.read(tiles.path(level, index, width), most)
        except Absent:
            if width == tiles.SPAN:
                raise
            try:
                return self.place.read(tiles.path(level, index), most)
            except Absent:
                raise Absent(f"there is no {tiles.path(level, index, width)}") from None


def opened(raw: bytes, *, origin: str, verifiers: Sequence[Verifier]) -> Checkpoint:
    """A checkpoint of the log, signed by one of its keys; raises NoteError where it is not."""
    return open_checkpoint(raw, origin=origin, verifiers=verifiers)


def pinned(path: Path, *, origin: str, verifiers: Sequence[Verifier]) -> Checkpoint:
    """An older checkpoint that was kept in a file; raises NoteError or Unavailable."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise Unavailable(f"{path} cannot be read: {error.strerror}") from error
    try:
        return opened(raw, origin=origin, verifiers=verifiers)
    except NoteError as error:
        raise NoteError(f"{path}: {error}") from error


def _cut(found: list[bytes], width: int, path: str) -> list[bytes]:
    """The first `width` of what a full tile has, where a partial one was asked for."""
    if len(found) not in (width, tiles.SPAN):
        raise ProofError(f"{path} holds {len(found)} of {width} parts")
    return found[:width]
