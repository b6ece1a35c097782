"""Tiles: their paths, the roots and proofs that follow from them, and how PostgreSQL keeps them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.ledger import merkle, tiles
from claims.ledger.entry import leaf_hash
from claims.ledger.merkle import EMPTY_ROOT, Frontier, ProofError, node
from tests.claims.ledger.test_merkle import leaves

EDGE = 256 * 256


class Memory:
    """A tree in memory that gives out nothing but parts of tiles, as a web server would."""

    def __init__(self, leaf_hashes: list[bytes]) -> None:
        self.levels = [leaf_hashes]
        while len(self.levels[-1]) >= tiles.SPAN:
            below = self.levels[-1]
            full = range(0, len(below) - tiles.SPAN + 1, tiles.SPAN)
            self.levels.append([merkle.fold(below[at : at + tiles.SPAN]) for at in full])

    def __call__(self, level: int, first: int, end: int) -> list[bytes]:
        assert first < end
        assert first // tiles.SPAN == (end - 1) // tiles.SPAN
        found = self.levels[level][first:end]
        assert len(found) == end - first
        return found


class Alike:
    """A tree of any size whose leaves are all the same: each level has one hash."""

    def __init__(self) -> None:
        self.hashes = [leaf_hash(b"x")]
        while len(self.hashes) < 64:
            self.hashes.append(node(self.hashes[-1], self.hashes[-1]))

    def __call__(self, level: int, first: int, end: int) -> list[bytes]:
        return [self.hashes[level * tiles.BITS]] * (end - first)

    def root(self, size: int) -> bytes:
        """MTH of RFC 9162 for such leaves."""
        if size & (size - 1) == 0:
            return self.hashes[size.bit_length() - 1]
        left = merkle.split(size)
        return node(self.root(left), self.root(size - left))


# Paths


@pytest.mark.parametrize(
    ("index", "width", "text"),
    [
        (0, 256, "000"),
        (67, 256, "067"),
        (999, 1, "999.p/1"),
        (1000, 256, "x001/000"),
        (1234067, 256, "x001/x234/067"),
        (1234067, 255, "x001/x234/067.p/255"),
    ],
)
def test_a_tiles_place_is_written_as_the_specification_does(
    index: int, width: int, text: str
) -> None:
    assert tiles.place(index, width) == text
    assert tiles.placed(text) == (index, width)


@given(st.integers(0, 2**55), st.integers(1, 256))
def test_places_are_read_as_they_are_written(index: int, width: int) -> None:
    assert tiles.placed(tiles.place(index, width)) == (index, width)


@pytest.mark.parametrize(
    "text",
    [
        "", "0", "00", "0000", "67", "x067", "x000/067", "001/067", "x001/x067", "x001/67", "-01",
        "067/", "/067", "067.p", "067.p/", "067.p/0", "067.p/01", "067.p/256", "067.p/300",
        "067.p/-1", "067.p/1/", "٠٦٧", "067\n", "x001/" * 9 + "067", "067.p/1.p/1",
    ],
)  # fmt: skip
def test_a_place_written_in_any_other_way_is_none(text: str) -> None:
    assert tiles.placed(text) is None


def test_a_tree_of_70000_has_the_tiles_that_the_specification_counts() -> None:
    widths = [tiles.width(0, index, 70_000) for index in range(275)]
    assert widths == [256] * 273 + [112, 0]
    assert [tiles.width(1, index, 70_000) for index in range(3)] == [256, 17, 0]
    assert [tiles.width(2, index, 70_000) for index in range(2)] == [1, 0]
    assert (tiles.width(0, 0, 256), tiles.width(1, 0, 256)) == (256, 1)


# Bundles


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_bundles_are_read_as_they_are_written(entries: list[bytes]) -> None:
    assert tiles.unbundle(tiles.bundle(entries)) == entries


def test_a_bundle_or_tile_that_was_cut_is_refused() -> None:
    raw = tiles.bundle([b"first", b"second"])
    assert raw == b"\x00\x05first\x00\x06second"
    for end in (1, 3, len(raw) - 1):
        with pytest.raises(ProofError, match="in the middle"):
            tiles.unbundle(raw[:end])
    for content in (b"", bytes(31), bytes(257 * 32)):
        with pytest.raises(ProofError, match="a tile is 1 to 256 hashes"):
            tiles.tile(content)


# Roots and proofs


def test_the_root_from_tiles_is_the_rfcs_at_every_size_up_to_1000() -> None:
    hashes = leaves(1000)
    for size in range(1001):
        assert tiles.root(Memory(hashes[:size]), size) == merkle.root(hashes[:size])


def test_a_growing_tree_has_the_rfcs_root_at_every_size_up_to_1000() -> None:
    hashes = leaves(1000)
    grown = Frontier()
    assert grown.root() == EMPTY_ROOT
    for size, leaf in enumerate(hashes, 1):
        grown.append(leaf)
        assert (grown.size, grown.root()) == (size, merkle.root(hashes[:size]))


def test_roots_and_proofs_hold_around_the_second_levels_edge() -> None:
    alike = Alike()
    for size in (EDGE - 257, EDGE - 1, EDGE, EDGE + 1, EDGE + 256, EDGE + 257, 2 * EDGE + 300):
        root = tiles.root(alike, size)
        assert root == alike.root(size)
        for index in (0, 255, 256, size // 2, size - 1):
            proof = tiles.inclusion_proof(alike, index=index, size=size)
            leaf = alike.hashes[0]
            merkle.verify_inclusion(leaf_hash=leaf, index=index, size=size, proof=proof, root=root)
        for old in (1, 255, 256, 257, EDGE - 300, size - 1, size):
            proof = tiles.consistency_proof(alike, size1=old, size2=size)
            merkle.verify_consistency(
                size1=old, size2=size, proof=proof, root1=alike.root(old), root2=root
            )


def test_real_leaves_around_the_second_levels_edge_have_the_rfcs_root() -> None:
    hashes = leaves(EDGE + 300)
    for size in (EDGE - 1, EDGE, EDGE + 1, EDGE + 257):
        assert tiles.root(Memory(hashes[:size]), size) == merkle.root(hashes[:size])


@settings(deadline=None, max_examples=50)
@given(size=st.integers(1, 1500), data=st.data())
def test_proofs_from_tiles_are_those_from_leaves(size: int, data: st.DataObject) -> None:
    hashes = leaves(size)
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    stored = Memory(hashes)
    assert tiles.inclusion_proof(stored, index=index, size=size) == merkle.inclusion_proof(
        hashes, index
    )
    assert tiles.consistency_proof(stored, size1=old, size2=size) == merkle.consistency_proof(
        hashes, old
    )


@settings(deadline=None, max_examples=50)
@given(st.integers(1, 10**12))
def test_a_tree_can_go_on_growing_from_its_right_edge(size: int) -> None:
    alike = Alike()
    grown = Frontier(size, tiles.perfect(alike, 0, size))
    assert grown.root() == alike.root(size)
    grown.append(alike.hashes[0])
    assert grown.root() == alike.root(size + 1)
