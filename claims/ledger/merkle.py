"""The Merkle tree of RFC 9162 over leaf hashes: roots, proofs, and their verification. Pure.

Building recurses as the RFC's definitions do, over whatever answers `subtree(first, end)`, so
that a list of hashes and stored tiles share one algorithm. Verifying is the RFC's loop, and
trusts nothing in a proof: not its length, not the width of its hashes, not the sizes it names.
"""

import hashlib
from collections.abc import Callable, Sequence

EMPTY_ROOT = hashlib.sha256().digest()
WIDTH = 32  # bytes in a hash

Subtree = Callable[[int, int], bytes]
"""The hash over leaves first <= i < end, which are a power of two or the tree's right edge."""


class ProofError(Exception):
    """A proof does not prove what it should; the message is the reason, in words."""


def node(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right), the hash of an inner node (RFC 9162, section 2.1.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def split(count: int) -> int:
    """The largest power of two smaller than `count`: how many leaves the left subtree holds."""
    return 1 << (count - 1).bit_length() - 1


def root(leaf_hashes: Sequence[bytes]) -> bytes:
    """The root over all leaf hashes, in order; of none, the hash of the empty string."""
    return fold(leaf_hashes) if leaf_hashes else EMPTY_ROOT


def fold(hashes: Sequence[bytes]) -> bytes:
    """The root over at least one hash, level by level, so that no depth of recursion limits it."""
    level = list(hashes)
    while len(level) > 1:
        paired = [node(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = paired + level[len(paired) * 2 :]
    return level[0]


def joined(perfect: Sequence[bytes]) -> bytes:
    """The hash over perfect subtrees that stand side by side, the largest first; at least one."""
    *rest, reached = perfect
    for left in reversed(rest):
        reached = node(left, reached)
    return reached


class Frontier:
    """A tree that grows: of what is complete it keeps no more than log2(size) hashes."""

    def __init__(self, size: int = 0, perfect: Sequence[bytes] = ()) -> None:
        self.size, self._perfect = size, list(perfect)

    def append(self, leaf_hash: bytes) -> None:
        """One leaf more."""
        self._perfect.append(leaf_hash)
        twins = self.size
        while twins & 1:
            right, left = self._perfect.pop(), self._perfect.pop()
            self._perfect.append(node(left, right))
            twins >>= 1
        self.size += 1

    def root(self) -> bytes:
        """The root over all leaves so far."""
        return joined(self._perfect) if self._perfect else EMPTY_ROOT


def inclusion_proof(leaf_hashes: Sequence[bytes], index: int) -> list[bytes]:
    """The hashes that lead from the leaf at `index` to the root, lowest first.

    Raises ProofError where there is no such leaf.
    """
    return inclusion_path(_over(leaf_hashes), index=index, size=len(leaf_hashes))


def consistency_proof(leaf_hashes: Sequence[bytes], size1: int) -> list[bytes]:
    """The hashes that show the first `size1` leaves to be the start of all of them.

    Raises ProofError where `size1` is 0 (the empty tree proves nothing) or past the end.
    """
    return consistency_path(_over(leaf_hashes), size1=size1, size2=len(leaf_hashes))


def inclusion_path(subtree: Subtree, *, index: int, size: int) -> list[bytes]:
    """PATH(index, D[0:size]) of RFC 9162, section 2.1.3.1, over any source of subtree hashes."""
    if not 0 <= index < size:
        raise ProofError(f"a tree of {size} leaves has no leaf {index}")
    first, end, path = 0, size, []
    while end - first > 1:
        middle = first + split(end - first)
        if index < middle:
            path.append(subtree(middle, end))
            end = middle
        else:
            path.append(subtree(first, middle))
            first = middle
    return path[::-1]


def consistency_path(subtree: Subtree, *, size1: int, size2: int) -> list[bytes]:
    """PROOF(size1, D[0:size2]) of RFC 9162, section 2.1.4.1, over any source of subtree hashes."""
    if not 0 < size1 <= size2:
        raise ProofError(f"there is no consistency proof from {size1} to {size2} leaves")
    first, end, path = 0, size2, []
    while size1 < end:
        middle = first + split(end - first)
        if size1 <= middle:
            path.append(subtree(middle, end))
            end = middle
        else:
            path.append(subtree(first, middle))
            first = middle
    if first > 0:  # an old root that is a whole subtree from 0 is known to who verifies
        path.append(subtree(first, end))
    return path[::-1]


def verify_inclusion(
    *, leaf_hash: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Check that `leaf_hash` stands at `index` in the tree of `size` leaves with this root.

    Raises ProofError with the reason (RFC 9162, section 2.1.3.2).
    """
    if not 0 <= index < size:
        raise ProofError(f"a tree of {size} leaves has no leaf {index}")
    _check_hashes(leaf_hash, root, *proof)
    fn, sn, reached = index, size - 1, leaf_hash
    for sibling in proof:
        if sn == 0:
            raise ProofError(f"the proof of leaf {index} in {size} is too long")
        if fn & 1 or fn == sn:
            reached = node(sibling, reached)
            fn, sn = _skip_absent_siblings(fn, sn)
        else:
            reached = node(reached, sibling)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0:
        raise ProofError(f"the proof of leaf {index} in {size} is too short")
    if reached != root:
        raise ProofError(f"the proof of leaf {index} leads to another root than that of {size}")


def verify_consistency(
    *, size1: int, size2: int, proof: Sequence[bytes], root1: bytes, root2: bytes
) -> None:
    """Check that the tree of `size1` leaves with `root1` is the start of the one of `size2`.

    A proof from size 0 fails: every tree starts with nothing, so it would prove nothing.

    Raises ProofError with the reason (RFC 9162, section 2.1.4.2).
    """
    if not 0 < size1 <= size2:
        raise ProofError(f"nothing proves that {size2} leaves continue {size1}")
    if size1 == size2:
        if proof:
            raise ProofError(f"the proof from {size1} to {size2} is too long")
        if root1 != root2:
            raise ProofError(f"two different roots are given for the same {size1} leaves")
        return
    _check_hashes(root1, root2, *proof)
    old, new = _both_roots(size1, size2, proof, root1)
    if old != root1:
        raise ProofError(f"the proof leads to another root than that of {size1}")
    if new != root2:
        raise ProofError(f"the proof leads to another root than that of {size2}")


def _both_roots(
    size1: int, size2: int, proof: Sequence[bytes], root1: bytes
) -> tuple[bytes, bytes]:
    """The roots of both trees as the proof gives them, folded side by side."""
    if not proof:
        raise ProofError(f"the proof from {size1} to {size2} is empty")
    whole = size1 & (size1 - 1) == 0  # then the old root itself is the first hash
    path = [root1, *proof] if whole else list(proof)
    fn, sn = size1 - 1, size2 - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if sn == 0:
            raise ProofError(f"the proof from {size1} to {size2} is too long")
        if fn & 1 or fn == sn:
            old, new = node(sibling, old), node(sibling, new)
            fn, sn = _skip_absent_siblings(fn, sn)
        else:
            new = node(new, sibling)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0:
        raise ProofError(f"the proof from {size1} to {size2} is too short")
    return old, new


def _skip_absent_siblings(fn: int, sn: int) -> tuple[int, int]:
    """At the right edge, climb past the levels on which a node has no sibling."""
    while fn and not fn & 1:
        fn, sn = fn >> 1, sn >> 1
    return fn, sn


def _check_hashes(*hashes: bytes) -> None:
    if any(len(each) != WIDTH for each in hashes):
        raise ProofError(f"every hash of a proof is {WIDTH} bytes wide, and one of these is not")


def _over(leaf_hashes: Sequence[bytes]) -> Subtree:
    return lambda first, end: fold(leaf_hashes[first:end])
