"""An entry as one line of JSON: how the log leaves the house, and comes back. Pure.

A line is canonical (RFC 8785), so that one entry has one line and a changed byte cannot hide.
Times and hashes stand in it as they stand in the leaf, and the body as the exact text that was
committed to, which is why it is a string and not an object.
"""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from claims.ledger.entry import Entry, timestamp

LONGEST = 2 * 1024 * 1024  # bytes; twice the longest body, were each of its characters escaped


class Malformed(ValueError):
    """A line is not one that an export writes; the message says in what."""


class _Line(msgspec.Struct, forbid_unknown_fields=True):
    position: int
    event_id: UUID
    stream_id: UUID
    version: int
    type: str
    schema_version: int
    actor: str
    effective_at: str
    recorded_at: str
    command_id: UUID
    commitment: str
    prev_hash: str
    leaf_hash: str
    salt: str | None
    body: str | None
    erased_by: int | None


FIELDS = _Line.__struct_fields__
_decoder = msgspec.json.Decoder(_Line)


def canonical(value: Any) -> bytes:
    """A line of canonical JSON; hashes in it are hexadecimal, and times as the log writes them.

    For texts, whole numbers, lists, and objects with ASCII names, what the standard library writes
    is RFC 8785, at a hundredth of the general case's price.
    """
    text = json.dumps(
        value, default=_plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return text.encode() + b"\n"


def write(entry: Entry) -> bytes:
    """The line of an entry, with its newline."""
    return canonical({name: getattr(entry, name) for name in FIELDS})


def read(line: bytes) -> Entry:
    """The entry of a line.

    Raises:
        Malformed: the line is not exactly what `write` gives for any entry.
    """
    if len(line) > LONGEST:
        raise Malformed(f"a line of more than {LONGEST:,} bytes is refused")
    try:
        found = _entry(_decoder.decode(line))
        exact = write(found) == line
    except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError) as error:
        raise Malformed(f"this is not the line of an event: {error}") from error
    if not exact:
        raise Malformed("this line is not written as an export writes it (RFC 8785)")
    return found


def _plain(value: object) -> str:
    match value:
        case bytes():
            return value.hex()
        case datetime():
            return timestamp(value)
        case UUID():
            return str(value)
    raise TypeError(f"{type(value).__name__} has no canonical form here")


def _entry(line: _Line) -> Entry:
    fields = msgspec.structs.asdict(line)
    for name in ("commitment", "prev_hash", "leaf_hash"):
        fields[name] = bytes.fromhex(fields[name])
    fields["salt"] = None if line.salt is None else bytes.fromhex(line.salt)
    for name in ("effective_at", "recorded_at"):
        fields[name] = datetime.fromisoformat(fields[name])
    return Entry(**fields)
