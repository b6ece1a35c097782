"""The Merkle tree, against the published cases and against a tree written as the RFC defines it."""

import base64
import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.ledger.merkle import (
    EMPTY_ROOT,
    ProofError,
    consistency_proof,
    inclusion_proof,
    root,
    verify_consistency,
    verify_inclusion,
)

SIZES = st.one_of(st.integers(1, 40), st.integers(1, 3000))


def leaves(count: int) -> list[bytes]:
    """That many leaf hashes, all different."""
    return [hashlib.sha256(b"\x00" + str(number).encode()).digest() for number in range(count)]


def naive(hashes: list[bytes]) -> bytes:
    """MTH of RFC 9162, section 2.1.1, word for word."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return hashlib.sha256(b"\x01" + naive(hashes[:k]) + naive(hashes[k:])).digest()


def naive_path(index: int, hashes: list[bytes]) -> list[bytes]:
    """PATH of RFC 9162, section 2.1.3.1, word for word."""
    if len(hashes) == 1:
        return []
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    if index < k:
        return [*naive_path(index, hashes[:k]), naive(hashes[k:])]
    return [*naive_path(index - k, hashes[k:]), naive(hashes[:k])]


def naive_subproof(old: int, hashes: list[bytes], whole: bool) -> list[bytes]:
    """SUBPROOF of RFC 9162, section 2.1.4.1, word for word."""
    if old == len(hashes):
        return [] if whole else [naive(hashes)]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    if old <= k:
        return [*naive_subproof(old, hashes[:k], whole), naive(hashes[k:])]
    return [*naive_subproof(old - k, hashes[k:], False), naive(hashes[:k])]


def decoded(values: list[str] | None) -> list[bytes]:
    return [base64.b64decode(value) for value in values or []]


def cases(shared: Path, kind: str) -> list[tuple[str, dict]]:  # type: ignore[type-arg]
    files = sorted((shared / "vectors" / "merkle" / kind).rglob("*.json"))
    return [(str(file), json.loads(file.read_text())) for file in files]


def test_every_published_inclusion_case_ends_as_published(shared: Path) -> None:
    found = cases(shared, "inclusion")
    for name, case in found:
        try:
            verify_inclusion(
                leaf_hash=base64.b64decode(case["leafHash"] or ""),
                index=case["leafIdx"],
                size=case["treeSize"],
                proof=decoded(case["proof"]),
                root=base64.b64decode(case["root"] or ""),
            )
            refused = False
        except ProofError:
            refused = True
        assert refused is case["wantErr"], name
    assert len(found) == 98


def test_every_published_consistency_case_ends_as_published(shared: Path) -> None:
    found = cases(shared, "consistency")
    for name, case in found:
        try:
            verify_consistency(
                size1=case["size1"],
                size2=case["size2"],
                proof=decoded(case["proof"]),
                root1=base64.b64decode(case["root1"] or ""),
                root2=base64.b64decode(case["root2"] or ""),
            )
            refused = False
        except ProofError:
            refused = True
        assert refused is case["wantErr"], name
    assert len(found) == 98


def test_the_root_of_nothing_is_the_hash_of_nothing() -> None:
    assert root([]) == EMPTY_ROOT == hashlib.sha256(b"").digest()


@settings(deadline=None, max_examples=60)
@given(size=SIZES)
def test_the_root_is_the_one_the_rfc_defines(size: int) -> None:
    assert root(leaves(size)) == naive(leaves(size))


@settings(deadline=None, max_examples=60)
@given(size=SIZES, data=st.data())
def test_every_leaf_is_proved_as_the_rfc_defines(size: int, data: st.DataObject) -> None:
    hashes = leaves(size)
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(hashes, index)
    assert proof == naive_path(index, hashes)
    verify_inclusion(
        leaf_hash=hashes[index], index=index, size=size, proof=proof, root=naive(hashes)
    )


@settings(deadline=None, max_examples=60)
@given(size=SIZES, data=st.data())
def test_every_earlier_tree_is_proved_as_the_rfc_defines(size: int, data: st.DataObject) -> None:
    hashes = leaves(size)
    old = data.draw(st.integers(1, size))
    proof = consistency_proof(hashes, old)
    assert proof == naive_subproof(old, hashes, True)
    verify_consistency(
        size1=old, size2=size, proof=proof, root1=naive(hashes[:old]), root2=naive(hashes)
    )


@settings(deadline=None, max_examples=200)
@given(size=st.integers(1, 300), data=st.data())
def test_a_proof_with_one_thing_changed_proves_nothing(size: int, data: st.DataObject) -> None:
    hashes = leaves(size)
    index = data.draw(st.integers(0, size - 1))
    good = inclusion_proof(hashes, index)
    claim = {"leaf_hash": hashes[index], "index": index, "size": size, "proof": good}
    claim["root"] = root(hashes)
    what = data.draw(st.sampled_from(["leaf", "root", "shorter", "longer", "bit", "index"]))
    if what in ("shorter", "bit", "index") and not good:
        return
    match what:
        case "leaf":
            claim["leaf_hash"] = flipped(hashes[index], data)
        case "root":
            claim["root"] = flipped(root(hashes), data)
        case "shorter":
            claim["proof"] = good[:-1]
        case "longer":
            claim["proof"] = [*good, hashes[0]]
        case "bit":
            place = data.draw(st.integers(0, len(good) - 1))
            claim["proof"] = [*good[:place], flipped(good[place], data), *good[place + 1 :]]
        case "index":
            others = st.integers(-1, size).filter(lambda other: other != index)
            claim["index"] = data.draw(others)
    with pytest.raises(ProofError):
        verify_inclusion(**claim)  # type: ignore[arg-type]


@settings(deadline=None, max_examples=200)
@given(size=st.integers(2, 300), data=st.data())
def test_a_fork_is_never_consistent(size: int, data: st.DataObject) -> None:
    ours = leaves(size)
    old = data.draw(st.integers(1, size))
    changed = data.draw(st.integers(0, old - 1))
    theirs = [*ours]
    theirs[changed] = flipped(theirs[changed], data)
    for claimed in (ours, theirs):
        with pytest.raises(ProofError):
            verify_consistency(
                size1=old,
                size2=size,
                proof=consistency_proof(claimed, old),
                root1=root(ours[:old]),
                root2=root(theirs),
            )


def flipped(value: bytes, data: st.DataObject) -> bytes:
    bit = data.draw(st.integers(0, len(value) * 8 - 1))
    changed = bytearray(value)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def test_a_consistency_proof_from_nothing_is_refused() -> None:
    hashes = leaves(5)
    for proof in ([], [hashes[0]]):
        with pytest.raises(ProofError, match="nothing proves that 5 leaves continue 0"):
            verify_consistency(size1=0, size2=5, proof=proof, root1=EMPTY_ROOT, root2=root(hashes))
    with pytest.raises(ProofError):
        verify_consistency(size1=0, size2=0, proof=[], root1=EMPTY_ROOT, root2=EMPTY_ROOT)
    with pytest.raises(ProofError):
        consistency_proof(hashes, 0)


def test_the_same_size_with_another_root_is_a_fork() -> None:
    with pytest.raises(ProofError, match="two different roots"):
        verify_consistency(
            size1=3, size2=3, proof=[], root1=root(leaves(3)), root2=root(leaves(4)[1:])
        )


def test_a_leaf_or_tree_that_does_not_exist_cannot_be_proved() -> None:
    with pytest.raises(ProofError, match="no leaf 3"):
        inclusion_proof(leaves(3), 3)
    with pytest.raises(ProofError, match="no consistency proof from 4 to 3"):
        consistency_proof(leaves(3), 4)
