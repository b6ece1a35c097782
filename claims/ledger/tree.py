"""The log's Merkle tree as PostgreSQL keeps it, and the checkpoints that were signed of it.

Full tiles are stored; of the others, level 0 is read from the events and each level above from
the roots of the tiles below it. All SQL of the tree is in this module, that of the log in `log`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connections

from claims.ledger import server, tiles
from claims.ledger.entry import Entry
from claims.ledger.merkle import ProofError
from claims.ledger.note import Checkpoint
from claims.ledger.proof import Proof

STEP = 2**16  # entries whose tiles are stored in one statement
COLUMNS = (
    "position, event_id, stream_id, version, type, schema_version, actor, effective_at, "
    "recorded_at, command_id, commitment, prev_hash, leaf_hash"
)
RANGE = "WHERE position >= %s AND position < %s"
ENVELOPES = f"SELECT {COLUMNS} FROM ledger.event {RANGE}"  # noqa: S608
LEAVES = f"SELECT leaf_hash FROM ledger.event {RANGE}"  # noqa: S608
FULL = "SELECT hashes FROM ledger.tile WHERE"
ROOTS = "SELECT root FROM ledger.tile WHERE level = %s AND index >= %s AND index < %s"


@dataclass(frozen=True, slots=True)
class Published:
    """A checkpoint as anyone may read it; `note` is what was signed."""

    size: int
    root: bytes
    note: bytes
    signed_at: datetime


class Tree:
    """The tree of the first `size` entries, whose full tiles are stored.

    It answers as `tiles.Hashes`. A tile that was read is kept, so that a root costs one read for
    each level and a proof at most two.
    """

    def __init__(self, size: int, *, using: str | None = None) -> None:
        self.size, self.using = size, using
        self.reads = 0
        self._known: dict[tuple[int, int], list[bytes]] = {}

    def __call__(self, level: int, first: int, end: int) -> list[bytes]:
        index, start = divmod(first, tiles.SPAN)
        return self.tile(level, index)[start : start + end - first]

    def tile(self, level: int, index: int) -> list[bytes]:
        """The hashes that a tile has in this tree: 256, fewer at the right edge, or none."""
        if (level, index) not in self._known:
            self._known[level, index] = self._read(level, index)
        return self._known[level, index]

    def _read(self, level: int, index: int) -> list[bytes]:
        self.reads += 1
        first = index * tiles.SPAN
        end = first + tiles.width(level, index, self.size)
        if end - first == tiles.SPAN:
            found = _rows(self.using, f"{FULL} level = %s AND index = %s", [level, index])
            if not found:
                raise ProofError(f"tile {tiles.path(level, index)} is missing from the ledger")
            return tiles.tile(bytes(found[0][0]))
        if level:
            return _hashes(self.using, f"{ROOTS} ORDER BY index", [level - 1, first, end])
        return _hashes(self.using, f"{LEAVES} ORDER BY position", [first, end])

    def root(self) -> bytes:
        """The root over all of them."""
        return tiles.root(self, self.size)

    def inclusion_proof(self, index: int) -> list[bytes]:
        """That the leaf at `index` is in this tree; raises ProofError where it is not."""
        return tiles.inclusion_proof(self, index=index, size=self.size)

    def proof(self, entry: Entry, checkpoint: bytes) -> Proof:
        """That an entry is in this tree, with the checkpoint of it and the leaf to check."""
        path = tuple(self.inclusion_proof(entry.position))
        return Proof(index=entry.position, path=path, checkpoint=checkpoint, extra=entry.leaf())

    def consistency_proof(self, size1: int) -> list[bytes]:
        """That this tree continues that of `size1` leaves; raises ProofError where it does not."""
        return tiles.consistency_proof(self, size1=size1, size2=self.size)


def newest(*, using: str | None = None) -> Published | None:
    """The last checkpoint that was published, or None before the first."""
    query = "SELECT size, root, note, signed_at FROM ledger.checkpoint ORDER BY number DESC LIMIT 1"
    for size, root, note, signed_at in _rows(using, query, []):
        return Published(size, bytes(root), note.encode(), signed_at)
    return None


def publish(checkpoint: Checkpoint, note: bytes, *, using: str) -> None:
    """Publish a signed checkpoint; the last one again changes nothing."""
    call = "SELECT ledger.store_checkpoint(%s, %s, %s)"
    _rows(using, call, [checkpoint.size, checkpoint.root, note.decode()])


def store_tiles(size: int, *, using: str) -> None:
    """Store the full tiles of the first `size` entries, in steps that each end in good time."""
    last = "SELECT coalesce(max(index) + 1, 0) FROM ledger.tile WHERE level = 0"
    stored = _rows(using, last, [])[0][0] * tiles.SPAN
    for end in (*range(stored + STEP, size, STEP), size):
        _rows(using, "SELECT ledger.store_tiles(%s)", [end])


def envelopes(first: int, end: int, *, using: str | None = None) -> list[Entry]:
    """The entries first <= position < end without their bodies, which no leaf holds."""
    rows = _rows(using, f"{ENVELOPES} ORDER BY position", [first, end])
    names = COLUMNS.split(", ")
    unsaid: dict[str, Any] = {"salt": None, "body": None, "erased_by": None}
    return [Entry(**dict(zip(names, row, strict=True)), **unsaid) for row in rows]


def _hashes(using: str | None, query: str, values: Sequence[Any]) -> list[bytes]:
    return [bytes(row[0]) for row in _rows(using, query, values)]


def _rows(using: str | None, query: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connections[using or server.name()].cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())
