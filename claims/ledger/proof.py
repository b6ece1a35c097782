"""Proofs that travel: c2sp.org/tlog-proof, a leaf's path to the root of a signed checkpoint. Pure.

Whoever holds the leaf and the log's public key checks one without the log, today or in ten years.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from claims.ledger.merkle import WIDTH, ProofError, verify_inclusion
from claims.ledger.note import (
    SIZE,
    Checkpoint,
    NoteError,
    Verifier,
    base64_of,
    open_checkpoint,
    unbase64,
)

HEADER = "c2sp.org/tlog-proof@v1"
LONGEST = 63  # hashes; no log with a longer path fits into this world


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """The parts of a proof, nothing of which is verified yet; `checkpoint` is a signed note."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes = b""

    @classmethod
    def parse(cls, raw: bytes) -> "Proof":
        """A proof from its bytes; raises ProofError where it is malformed."""
        head, separator, checkpoint = raw.partition(b"\n\n")
        try:
            header, *lines = head.decode("ascii").split("\n")
            extra = unbase64(lines.pop(0)[6:]) if lines and lines[0][:6] == "extra " else b""
            word, _, index = lines.pop(0).partition(" ") if lines else ("", "", "")
            path = tuple(unbase64(line) for line in lines)
        except (UnicodeDecodeError, NoteError) as error:
            raise ProofError(f"this is not a proof: {error}") from error
        if header != HEADER or word != "index" or not SIZE.fullmatch(index) or not separator:
            raise ProofError(f"a proof begins with {HEADER} and the index of an entry")
        if len(path) > LONGEST or any(len(each) != WIDTH for each in path):
            raise ProofError(f"the path of a proof is at most {LONGEST} hashes of {WIDTH} bytes")
        return cls(index=int(index), path=path, checkpoint=checkpoint, extra=extra)

    def __bytes__(self) -> bytes:
        lines = [HEADER]
        if self.extra:
            lines.append(f"extra {base64_of(self.extra)}")
        lines += [f"index {self.index}", *map(base64_of, self.path), "", ""]
        return "\n".join(lines).encode() + self.checkpoint

    def verify(self, leaf_hash: bytes, *, origin: str, verifiers: Sequence[Verifier]) -> Checkpoint:
        """The checkpoint that the proof binds this leaf to.

        Raises:
            NoteError: the checkpoint is not one of that log, signed by one of its keys.
            ProofError: the leaf does not stand at that index of it.
        """
        checkpoint = open_checkpoint(self.checkpoint, origin=origin, verifiers=verifiers)
        verify_inclusion(
            leaf_hash=leaf_hash,
            index=self.index,
            size=checkpoint.size,
            proof=self.path,
            root=checkpoint.root,
        )
        return checkpoint
