"""Proofs that travel: written, read, and refused when a single bit of them is another."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.ledger import merkle
from claims.ledger.entry import leaf_hash
from claims.ledger.merkle import ProofError
from claims.ledger.note import Checkpoint, NoteError, Signer, sign
from claims.ledger.proof import Proof

KEY = Signer("desk.example/log", bytes(32))
LEAVES = [f"leaf {number}".encode() for number in range(13)]
HASHES = [leaf_hash(leaf) for leaf in LEAVES]
CHECKPOINT = Checkpoint(KEY.name, len(LEAVES), merkle.root(HASHES))
NOTE = sign(CHECKPOINT.text(), [KEY])


def proof(index: int) -> Proof:
    path = tuple(merkle.inclusion_proof(HASHES, index))
    return Proof(index=index, path=path, checkpoint=NOTE, extra=LEAVES[index])


def checked(raw: bytes, index: int) -> Checkpoint:
    """What the holder of that leaf and of the log's key makes of these bytes."""
    return Proof.parse(raw).verify(HASHES[index], origin=KEY.name, verifiers=[KEY.verifier])


@pytest.mark.parametrize("index", range(len(LEAVES)))
def test_whoever_holds_the_leaf_and_the_key_checks_a_proof_offline(index: int) -> None:
    raw = bytes(proof(index))
    assert bytes(Proof.parse(raw)) == raw
    assert checked(raw, index) == CHECKPOINT
    with pytest.raises(ProofError, match="another root"):
        checked(raw, (index + 1) % len(LEAVES))


def test_the_published_proof_is_read_as_it_stands(shared: Path) -> None:
    text = (shared / "vectors" / "c2sp" / "tlog-proof.md").read_text(encoding="utf-8")
    shown = re.search(r"^```\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert shown
    # The example's extra data is shortened, and no longer base64.
    raw = re.sub(r"^extra .*\n", "", shown[1], flags=re.MULTILINE).encode()
    published = Proof.parse(raw)
    assert (published.index, len(published.path), published.extra) == (73894, 5, b"")
    assert published.checkpoint.startswith(b"example.com/fancylog\n109482\n")
    assert bytes(published) == raw


@given(st.integers(0, len(LEAVES) - 1), st.data())
def test_no_flipped_bit_of_a_proof_goes_unnoticed(index: int, data: st.DataObject) -> None:
    whole = proof(index)
    raw = bytearray(bytes(Proof(index=index, path=whole.path, checkpoint=NOTE)))
    bit = data.draw(st.integers(0, len(raw) * 8 - 1))
    raw[bit // 8] ^= 1 << bit % 8
    with pytest.raises((ProofError, NoteError)):
        checked(bytes(raw), index)


def test_a_proof_of_another_log_or_another_key_is_refused() -> None:
    raw, stranger = bytes(proof(3)), Signer(KEY.name, b"\x01" * 32)
    with pytest.raises(NoteError, match="no key that is trusted"):
        Proof.parse(raw).verify(HASHES[3], origin=KEY.name, verifiers=[stranger.verifier])
    with pytest.raises(NoteError, match="and not of other"):
        Proof.parse(raw).verify(HASHES[3], origin="other", verifiers=[KEY.verifier])


HEADER = b"c2sp.org/tlog-proof@v1\n"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\n\n",
        HEADER,
        HEADER + b"index 0\n",
        HEADER + b"\nnote\n",
        HEADER.replace(b"v1", b"v2") + b"index 0\n\nnote\n",
        HEADER + b"index 01\n\nnote\n",
        HEADER + b"index -1\n\nnote\n",
        HEADER + b"index 0\nAAAA\n\nnote\n",
        HEADER + b"index 0\nextra AAAA\n\nnote\n",
        HEADER + b"extra *\nindex 0\n\nnote\n",
        HEADER + b"index 0\n" + b"A" * 43 + b"=\n" * 64 + b"\nnote\n",
        b"\xff\n\n",
    ],
)
def test_a_malformed_proof_is_refused(raw: bytes) -> None:
    with pytest.raises(ProofError):
        Proof.parse(raw)
