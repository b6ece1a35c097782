"""The tree in tiles 256 hashes wide: c2sp.org/tlog-tiles. Pure.

A level is a row of hashes, each over 256**level leaves; level 0 is the leaf hashes. Whatever
answers for parts of levels (a database, files, a web server) is enough for every root and proof,
and each of these touches few tiles: their number grows with the logarithm of the log.
"""

import re
from collections.abc import Iterable
from functools import partial
from typing import Protocol

from claims.ledger.merkle import (
    EMPTY_ROOT,
    WIDTH,
    ProofError,
    consistency_path,
    fold,
    inclusion_path,
    joined,
)

SPAN = 256  # hashes in a full tile, entries in a full bundle
BITS = 8  # levels of the binary tree that one tile stands for
ENTRIES = "entries"  # what stands in place of the level in the path of a bundle
PLACE = re.compile(r"(?P<index>(?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?")


class Hashes(Protocol):
    """Where the tree is read from."""

    def __call__(self, level: int, first: int, end: int) -> list[bytes]:
        """The hashes first <= i < end of a level, which all lie in one tile."""


def subtree(hashes: Hashes, first: int, end: int) -> bytes:
    """The hash over leaves first <= i < end, where `first` is where such a subtree can begin."""
    return joined(perfect(hashes, first, end))


def perfect(hashes: Hashes, first: int, end: int) -> list[bytes]:
    """The hashes of the perfect subtrees that a subtree is made of, the largest first."""
    found: list[bytes] = []
    while first < end:
        height = (end - first).bit_length() - 1
        found.append(_perfect(hashes, first, height))
        first += 1 << height
    return found


def _perfect(hashes: Hashes, first: int, height: int) -> bytes:
    """The hash over 2**height leaves, from a part of one tile of the highest level that has it."""
    level, rest = divmod(height, BITS)
    place = first >> BITS * level
    return fold(hashes(level, place, place + (1 << rest)))


def root(hashes: Hashes, size: int) -> bytes:
    """The root over the first `size` leaves, from the tree's right edge."""
    return subtree(hashes, 0, size) if size else EMPTY_ROOT


def inclusion_proof(hashes: Hashes, *, index: int, size: int) -> list[bytes]:
    """As `merkle.inclusion_proof`, in the tree of the first `size` leaves."""
    return inclusion_path(partial(subtree, hashes), index=index, size=size)


def consistency_proof(hashes: Hashes, *, size1: int, size2: int) -> list[bytes]:
    """As `merkle.consistency_proof`, between the trees of the first `size1` and `size2` leaves."""
    return consistency_path(partial(subtree, hashes), size1=size1, size2=size2)


def width(level: int, index: int, size: int) -> int:
    """How many hashes a tile has in the tree of `size` leaves: 256 if full, 0 if it has none."""
    return max(0, min(SPAN, (size >> BITS * level) - index * SPAN))


def place(index: int, width: int = SPAN) -> str:
    """A tile's place in the paths below its level: `x001/x234/067`, and `.p/W` where partial."""
    digits = f"{index:03}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    whole = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
    return whole if width == SPAN else f"{whole}.p/{width}"


def path(level: int | str, index: int, width: int = SPAN) -> str:
    """The path of a tile (or with ENTRIES as its level, of a bundle) below a log's prefix."""
    return f"tile/{level}/{place(index, width)}"


def placed(text: str) -> tuple[int, int] | None:
    """Index and width from a tile's place, or None where nothing is written like that."""
    found = PLACE.fullmatch(text)
    if found is None:
        return None
    index = int(found["index"].replace("x", "").replace("/", ""))
    width = int(found["width"] or SPAN)
    return (index, width) if width <= SPAN and place(index, width) == text else None


def tile(raw: bytes) -> list[bytes]:
    """The hashes of a tile; raises ProofError where these bytes are none."""
    if not raw or len(raw) % WIDTH or len(raw) > SPAN * WIDTH:
        raise ProofError(f"a tile is 1 to {SPAN} hashes of {WIDTH} bytes, and not {len(raw)} bytes")
    return [raw[at : at + WIDTH] for at in range(0, len(raw), WIDTH)]


def bundle(leaves: Iterable[bytes]) -> bytes:
    """Entries one after another, each with its length before it as a big-endian uint16."""
    return b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in leaves)


def unbundle(raw: bytes) -> list[bytes]:
    """The entries of a bundle; raises ProofError where it ends too early."""
    leaves, at = [], 0
    while at < len(raw):
        length = int.from_bytes(raw[at : at + 2], "big")
        leaves.append(raw[at + 2 : at + 2 + length])
        at += 2 + length
    if at != len(raw):
        raise ProofError("a bundle of entries ends in the middle of one")
    return leaves
