"""What must hold of an entry and of a claim's chain, and the words in which it does not. Pure.

A leaf is plain lines, so that most of this needs SHA-256 and no more; each function gives
sentences about what is wrong, none where all holds.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from claims.ledger.entry import GENESIS, Entry, commitment, leaf_hash

ERASED = "erased"  # the event that says that another one's text is gone; no word of a claim
HEADER = b"claim-tracker event 1\n"
NAMES = (
    "format", "position", "event_id", "stream_id", "version", "type", "schema_version", "actor",
    "effective_at", "recorded_at", "command_id", "commitment", "prev_hash",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Link:
    """What a leaf says of its place: in the log, in its claim's chain, and in time."""

    position: int
    stream: str
    version: int
    recorded_at: str
    previous: bytes

    @classmethod
    def of(cls, leaf: bytes) -> "Link | None":
        """The place in a leaf, or None where this is not the leaf of an event of ours."""
        try:
            text = leaf.decode()
            fields = dict(zip(NAMES, text.removesuffix("\n").split("\n"), strict=True))
            if not leaf.startswith(HEADER) or not text.endswith("\n"):
                return None
            return cls(
                int(fields["position"]),
                fields["stream_id"],
                int(fields["version"]),
                fields["recorded_at"],
                bytes.fromhex(fields["prev_hash"]),
            )
        except ValueError:
            return None


class Chain:
    """Every claim's chain, followed through the log from its start."""

    def __init__(self) -> None:
        self._last: dict[str, tuple[int, bytes]] = {}
        self._recorded_at = ""

    def wrong(self, position: int, leaf: bytes) -> Iterator[str]:
        """What is wrong with the next leaf of the log as a continuation of those before it."""
        link = Link.of(leaf)
        if link is None:
            yield "the entry is not an event of Claim Tracker"
            return
        if link.position != position:
            yield f"the event that stands here says that it is number {link.position}"
        version, previous = self._last.get(link.stream, (0, GENESIS))
        if link.version != version + 1:
            yield f"it is version {link.version} of its claim, after version {version}"
        if link.previous != previous:
            yield "it does not name the event before it in its claim"
        if link.recorded_at < self._recorded_at:
            yield "it was recorded before the event that stands before it"
        self._last[link.stream] = link.version, leaf_hash(leaf)
        self._recorded_at = link.recorded_at


def wrong(entry: Entry) -> Iterator[str]:
    """What is wrong with an entry as it was handed over, taken by itself."""
    if entry.leaf_hash != leaf_hash(entry.leaf()):
        yield "its leaf hash is not that of its envelope"
    if entry.body is None or entry.salt is None:
        if entry.body is not None or entry.salt is not None:
            yield "of its body and its salt, one is missing"
    elif commitment(entry.salt, entry.body) != entry.commitment:
        yield "what it says is not what was committed to when it was recorded"
    elif entry.erased_by is not None:
        yield "it is marked as erased, and is not"


def differences(entry: Entry, leaf: bytes) -> list[str]:
    """The names of an envelope's parts that are not those of the leaf in the log."""
    pairs = zip(NAMES, entry.leaf().split(b"\n"), leaf.split(b"\n"), strict=False)
    return [name for name, ours, theirs in pairs if ours != theirs]
