"""What the log holds: an envelope, and a body that the envelope commits to. Pure.

The leaf of an entry is made of plain lines, so that checking one needs SHA-256 and no JSON; the
body enters it only as a salted commitment, so that erasing a body keeps every hash valid.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

GENESIS = bytes(32)  # what the first entry of a stream names as the one before it


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """An event to append: `version` is the place it claims in its stream, counted from 1."""

    event_id: UUID
    stream_id: UUID
    version: int
    type: str
    schema_version: int
    effective_at: datetime
    body: str  # exact RFC 8785 text
    salt: bytes  # 32 random bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """An event as it stands in the log; `body` and `salt` are None once erased.

    `erasure` is then the body of the event that erased it, or of the one that erased that.
    """

    position: int
    event_id: UUID
    stream_id: UUID
    version: int
    type: str
    schema_version: int
    actor: str
    effective_at: datetime
    recorded_at: datetime
    command_id: UUID
    commitment: bytes
    prev_hash: bytes
    leaf_hash: bytes
    salt: bytes | None
    body: str | None
    erased_by: int | None
    erasure: str | None = None

    def leaf(self) -> bytes:
        """The bytes whose RFC 9162 leaf hash is `leaf_hash`."""
        lines = (
            "claim-tracker event 1",
            self.position,
            self.event_id,
            self.stream_id,
            self.version,
            self.type,
            self.schema_version,
            self.actor,
            timestamp(self.effective_at),
            timestamp(self.recorded_at),
            self.command_id,
            self.commitment.hex(),
            self.prev_hash.hex(),
            "",
        )
        return "\n".join(map(str, lines)).encode()


class Said(NamedTuple):
    """What folding needs of an entry: who said what of which stream, and when."""

    position: int
    stream_id: UUID
    version: int
    type: str
    schema_version: int
    actor: str
    effective_at: datetime
    recorded_at: datetime
    body: str | None
    erasure: str | None


def commitment(salt: bytes, body: str) -> bytes:
    """SHA-256(0x02 || salt || body): binding, and hiding because the salt is secret until shown."""
    return hashlib.sha256(b"\x02" + salt + body.encode()).digest()


def leaf_hash(leaf: bytes) -> bytes:
    """SHA-256(0x00 || leaf), the leaf hash of RFC 9162, section 2.1.1."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def timestamp(moment: datetime) -> str:
    """RFC 3339 in UTC with microseconds, the one way a time is written in the log."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
