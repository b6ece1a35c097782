"""A tree that grows from its start gives the tiles and the root that the whole tree has."""

import hashlib
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.ledger import merkle, tiles
from claims.ledger.growing import Growing


def leaf(number: int) -> bytes:
    return hashlib.sha256(number.to_bytes(8, "big")).digest()


def grown(size: int) -> tuple[Growing, dict[tuple[int, int], list[bytes]]]:
    """The tree of that many leaves, and all tiles that it gave out."""
    tree, given_out = Growing(), dict[tuple[int, int], list[bytes]]()
    for number in range(size):
        for level, index, hashes in tree.add(leaf(number)):
            given_out[level, index] = hashes
    return tree, given_out


def check(size: int) -> None:
    tree, given_out = grown(size)
    leaves = [leaf(number) for number in range(size)]
    assert tree.root() == merkle.root(leaves)
    given_out |= {(level, index): hashes for level, index, hashes in tree.partial()}
    for (level, index), hashes in given_out.items():
        span = tiles.SPAN**level
        over = partial(lambda first, span: merkle.fold(leaves[first : first + span]), span=span)
        assert len(hashes) == tiles.width(level, index, size)
        start = index * tiles.SPAN * span
        assert hashes == [over(start + at * span) for at in range(len(hashes))]
    widths = [tiles.width(0, index, size) for index in range(-(-size // tiles.SPAN))]
    assert [len(given_out[0, index]) for index in range(len(widths))] == widths


@given(st.integers(0, 1100))
def test_every_tile_and_the_root_are_those_of_the_whole_tree(size: int) -> None:
    check(size)


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 512, 65_535, 65_536, 65_793])
def test_the_edges_of_tiles_are_no_exception(size: int) -> None:
    check(size)
