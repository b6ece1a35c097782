"""Sign the next checkpoint, and only if it continues the last one.

What was signed before is read from the signer's own local file and never from the database, whose
owner could have rewritten both. Each new entry is hashed again from its envelope, so that a leaf
hash is never taken on trust either. Whatever does not fit is refused, signed nowhere, and loud.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from claims.ledger import log, signing, tiles, tree
from claims.ledger.entry import leaf_hash
from claims.ledger.merkle import Frontier, ProofError, verify_consistency
from claims.ledger.note import Checkpoint, NoteError, Signer, Verifier, open_note, sign
from claims.ledger.tree import Tree

CHUNK = 2000  # entries that are hashed again at a time


class Refusal(Exception):
    """The log is not what was signed before, so nothing is signed: somebody has to look."""


@dataclass(frozen=True, slots=True)
class Signed:
    """The newest checkpoint; `new` where it was signed just now."""

    checkpoint: Checkpoint
    note: bytes
    new: bool


def sign_next(
    *,
    origin: str,
    signers: Sequence[Signer],
    memory: Path,
    using: str,
    former: Sequence[Verifier] = (),
) -> Signed | None:
    """Sign the log as it stands and publish that; None while the log is empty.

    The note is in the local file before anyone can see it, so that a crash in between forgets
    nothing that was ever public. Where nothing is new the last note is published as it is.
    The last note of a `former` key, one that was lost, is believed, and signed by the others.

    Raises Refusal where the log does not continue what was signed before.
    """
    known = [*(signer.verifier for signer in signers), *former]
    note, last = recall(signing.remembered(memory), origin=origin, known=known, using=using)
    size = log.size(using=using)
    if size == 0 and last.size == 0:
        return None
    checkpoint = Checkpoint(origin, size, examined(last, size, using=using))
    if new := size > last.size or not _signed_by_all(note, signers, known):
        note = sign(checkpoint.text(), signers)
        signing.replace(memory, note)
    tree.publish(checkpoint, note, using=using)
    return Signed(checkpoint, note, new)


def recall(
    note: bytes | None, *, origin: str, known: Sequence[Verifier], using: str
) -> tuple[bytes, Checkpoint]:
    """The last note and what it says; before the first, the empty log.

    Raises Refusal where the note is missing though there were checkpoints, is not ours, or is not
    the last one that was published.
    """
    published = tree.newest(using=using)
    if note is None:
        if published:
            raise Refusal(
                f"a checkpoint of {published.size} events was published, and the signer's own "
                "note of it is missing: put the last one that you trust back in its place"
            )
        return b"", Checkpoint(origin, 0, Frontier().root())
    last = _opened(note, origin=origin, known=known)
    # A crash may have kept our last note from being published, and never the other way round.
    if (
        published
        and published.size >= last.size
        and (published.size, published.root) != (last.size, last.root)
    ):
        raise Refusal(
            f"a checkpoint of {published.size} events was published that is not the one of "
            f"{last.size} signed here: somebody else signs, or the signer's note is an old one"
        )
    return note, last


def _opened(note: bytes, *, origin: str, known: Sequence[Verifier]) -> Checkpoint:
    """What the signer's own note says, if one of its keys signed it."""
    try:
        text, _signed = open_note(note, known)
        last = Checkpoint.parse(text)
    except NoteError as error:
        raise Refusal(
            f"the signer's own last note cannot be trusted: {error}. If a key was lost, "
            "“Operating the signer” in docs/ledger.md says how another one takes over"
        ) from error
    if last.origin != origin:
        raise Refusal(f"the last note is of {last.origin}, and the origin is now {origin}")
    return last


def examined(last: Checkpoint, size: int, *, using: str) -> bytes:
    """The root over the first `size` entries, all of which continue the last checkpoint.

    Raises Refusal where they do not: the log was cut, rewritten or forked, or an entry, a leaf
    hash or a tile was tampered with.
    """
    if size < last.size:
        raise Refusal(f"the log has {size} events, and {last.size} were signed: it was cut")
    try:
        grown = _extended(last, size, using=using)
        tree.store_tiles(size, using=using)
        stored = Tree(size, using=using)
        if stored.root() != grown.root():
            raise Refusal(f"the tiles of {size} events do not follow from the events")
        if last.size:
            verify_consistency(
                size1=last.size,
                size2=size,
                proof=stored.consistency_proof(last.size),
                root1=last.root,
                root2=stored.root(),
            )
    except ProofError as error:
        raise Refusal(f"the log does not continue what was signed: {error}") from error
    return grown.root()


def _extended(last: Checkpoint, size: int, *, using: str) -> Frontier:
    """The tree that was signed, grown by what came since, each leaf hashed from its envelope."""
    tree.store_tiles(last.size, using=using)
    edge = tiles.perfect(Tree(last.size, using=using), 0, last.size)
    grown = Frontier(last.size, edge)
    if grown.root() != last.root:
        raise Refusal(f"the first {last.size} events are not those that were signed: a fork")
    for first in range(last.size, size, CHUNK):
        for entry in tree.envelopes(first, min(first + CHUNK, size), using=using):
            if entry.position != grown.size or leaf_hash(entry.leaf()) != entry.leaf_hash:
                raise Refusal(f"event {grown.size} is missing or not what its leaf hash says")
            grown.append(entry.leaf_hash)
    if grown.size != size:
        raise Refusal(f"event {grown.size} is missing")
    return grown


def _signed_by_all(note: bytes, signers: Sequence[Signer], known: Sequence[Verifier]) -> bool:
    """Did each of the keys sign the last note? A key that was added since did not."""
    verifiers = {signer.verifier for signer in signers}
    return bool(note) and verifiers <= set(open_note(note, known)[1])
