"""The face of the ledger's SQL functions: append, erase, and read by position or by stream.

All SQL that touches the schema `ledger` at run time is in this module, in `tree` for the tree
over its entries, and in `moment` for reading the log as it stood at a moment.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from claims.ledger import server
from claims.ledger.entry import Draft, Entry, Said, timestamp

COLUMNS = (
    "position, event_id, stream_id, version, type, schema_version, actor, effective_at, "
    "recorded_at, command_id, commitment, prev_hash, leaf_hash, salt, body, erased_by, erasure"
)
NAMES = COLUMNS.split(", ")
ENTRIES = f"""SELECT {COLUMNS} FROM ledger.event LEFT JOIN (
    SELECT *, CASE WHEN erased_by IS NOT NULL THEN ledger.erasure(erased_by) END AS erasure
    FROM ledger.payload
) AS payload USING (position)"""  # noqa: S608
SAID = f"""SELECT {", ".join(Said._fields)} FROM ledger.event LEFT JOIN (
    SELECT position, body, CASE WHEN erased_by IS NOT NULL THEN ledger.erasure(erased_by) END
        AS erasure FROM ledger.payload
) AS payload USING (position)"""  # noqa: S608

# An event as the API shows it: its body is JSON already, and so is everything but the actor.
STAMP = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
WRITTEN = f"""
SELECT string_agg(concat(
    '{{"position":', position, ',"event_id":"', event_id, '","claim":"', stream_id,
    '","version":', version, ',"type":"', type, '","schema_version":', schema_version,
    ',"actor":', to_json(actor),
    ',"effective_at":"', to_char(effective_at AT TIME ZONE 'UTC', '{STAMP}'),
    '","recorded_at":"', to_char(recorded_at AT TIME ZONE 'UTC', '{STAMP}'),
    '","command_id":"', command_id, '","data":', body, ',"erased":null,"hashes":{{"leaf":"',
    encode(leaf_hash, 'hex'), '","previous":"', encode(prev_hash, 'hex'), '","commitment":"',
    encode(commitment, 'hex'), '","salt":"', encode(salt, 'hex'), '"}}}}'
), ',' ORDER BY position), coalesce(bool_or(erased_by IS NOT NULL), false)
FROM ledger.event LEFT JOIN ledger.payload USING (position)
WHERE position >= %s AND position < %s
"""  # noqa: S608


class Conflict(Exception):
    """The stream has moved on: it is at version `actual`, and not at the `expected` one."""

    def __init__(self, *, stream: UUID, expected: int, actual: int) -> None:
        super().__init__(f"{stream} is at version {actual}, and not at {expected} as expected")
        self.stream, self.expected, self.actual = stream, expected, actual


class Occupied(Exception):
    """The log holds entries already; a log is taken over into an empty one."""


class CommandReused(Exception):
    """This command id was used before for another request; take a new id for a new command."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where the events of a command stand in the log; `appended` now, or known from before."""

    first: int
    last: int
    recorded_at: datetime
    appended: bool


def append(command: UUID, *, request: bytes, actor: str, drafts: Sequence[Draft]) -> Receipt:
    """Append the drafts, in order, as one command; all of them or none.

    Must run inside a transaction, whose end frees the log's head for the next command and which
    a refusal aborts. A command that is known already appends nothing and gives the receipt it
    got the first time.

    Raises:
        Conflict: a stream is not at the version before a draft's.
        CommandReused: the id stands for another request.
    """
    return _sent("append", command, request, actor, drafts)


def erase(command: UUID, *, request: bytes, actor: str, drafts: Sequence[Draft]) -> Receipt:
    """Append `erased` events as one command, and erase what their bodies name.

    Each stands in the stream of the event whose `position` and `version` it names. Otherwise as
    `append`, and raises what it does.
    """
    return _sent("erase", command, request, actor, drafts)


def receipt(command: UUID, *, request: bytes) -> Receipt | None:
    """The receipt of a command that was done before, or None; refuses a reused id."""
    with _refusals(), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM ledger.receipt_of(%s, %s)", [command, request])
        row = cursor.fetchone()
    return Receipt(*row) if row else None


def size(*, using: str | None = None) -> int:
    """How many entries the log holds; the next one takes this position."""
    with connections[using or server.name()].cursor() as cursor:
        cursor.execute("SELECT size FROM ledger.head")
        return int(cursor.fetchone()[0])


def between(first: int, end: int) -> list[Entry]:
    """The entries at positions first <= position < end, in order."""
    return read(f"{ENTRIES} WHERE position >= %s AND position < %s ORDER BY 1", [first, end])


def feed(first: int, limit: int) -> list[Entry]:
    """At most `limit` entries from a position on; it has no gaps and never gets any."""
    return between(first, first + limit)


def written(first: int, end: int) -> bytes | None:
    """The events at positions first <= position < end as JSON objects with commas between them.

    None where one of them was erased, of which more has to be said than its row holds.
    """
    with server.reading().cursor() as cursor:
        cursor.execute(WRITTEN, [first, end])
        text, erased = cursor.fetchone()
        return None if erased else (text or "").encode()


def stream(stream_id: UUID, *, after: int = 0, limit: int | None = None) -> list[Entry]:
    """The entries of one stream, in the order of their versions, from the one after `after`."""
    return read(
        f"{ENTRIES} WHERE stream_id = %s AND version > %s ORDER BY version LIMIT %s",
        [stream_id, after, limit],
    )


def by_stream(*, end: int, chunk: int = 2000) -> Iterator[Said]:
    """What was said before position `end`, stream by stream, each in order; memory stays flat.

    Must run inside a transaction: it reads through a server-side cursor.
    """
    rows = _streamed(f"{SAID} WHERE position < %s ORDER BY stream_id, version", end, chunk)
    yield from map(Said._make, rows)


def by_position(*, end: int, chunk: int = 2000) -> Iterator[Entry]:
    """Every entry before position `end`, in order; memory stays flat.

    Must run inside a transaction: it reads through a server-side cursor.
    """
    yield from map(
        _entry, _streamed(f"{ENTRIES} WHERE position < %s ORDER BY position", end, chunk)
    )


def take_over(document: str, *, using: BaseDatabaseWrapper) -> int:
    """Write exported entries into an empty log, position, time and hashes as they were.

    `document` is a JSON list of their lines, of whole commands, in order; `using` a connection as
    the owner, in one transaction for the whole log. Gives the size of the log after them.

    Raises:
        Occupied: the log holds other entries.
        DatabaseError: an entry is not what `append` would have made of it; the message says which.
    """
    try:
        with using.cursor() as cursor:
            cursor.execute("SELECT ledger.import_entries(%s::jsonb)", [document])
            return int(cursor.fetchone()[0])
    except DatabaseError as error:
        if getattr(error.__cause__, "sqlstate", None) == "CT409":
            raise Occupied(str(error).partition("\n")[0]) from error
        raise


def _streamed(query: str, end: int, chunk: int) -> Iterator[tuple[Any, ...]]:
    connection.ensure_connection()
    raw: Any = connection.connection
    # In binary, because reading times from text is what the desk would spend most of it on.
    with raw.cursor(name="ledger_entries", binary=True) as cursor:
        cursor.itersize = chunk
        cursor.execute(query, [end])
        yield from cursor


def holding(text: str, *, copies_only: bool = False) -> list[Entry]:
    """The entries whose body holds a text; reads the whole log, for what is rarely asked.

    With `copies_only` it looks only at those that can hold copies of others, which is quick.
    """
    few = "type IN ('absorbed', 'erased') AND" if copies_only else ""
    return read(f"{ENTRIES} WHERE {few} strpos(body, %s) > 0 ORDER BY position", [text])


def _sent(verb: str, command: UUID, request: bytes, actor: str, drafts: Sequence[Draft]) -> Receipt:
    document = {
        "id": str(command),
        "request": request.hex(),
        "actor": actor,
        "events": [_document(draft) for draft in drafts],
    }
    with _refusals(), connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM ledger.{verb}(%s::jsonb)", [json.dumps(document)])  # noqa: S608
        return Receipt(*cursor.fetchone())


def _document(draft: Draft) -> dict[str, Any]:
    return {
        "id": str(draft.event_id),
        "stream": str(draft.stream_id),
        "version": draft.version,
        "type": draft.type,
        "schema": draft.schema_version,
        "effective_at": timestamp(draft.effective_at),
        "body": draft.body,
        "salt": draft.salt.hex(),
    }


def read(query: str, parameters: list[Any] | dict[str, Any]) -> list[Entry]:
    """The entries that a query over ENTRIES gives."""
    with server.reading().cursor() as cursor:
        cursor.execute(query, parameters)
        return [_entry(row) for row in cursor.fetchall()]


def _entry(row: Sequence[Any]) -> Entry:
    return Entry(**dict(zip(NAMES, row, strict=True)))


@contextmanager
def _refusals() -> Iterator[None]:
    """Turn the refusals of the SQL functions into exceptions of ours."""
    try:
        yield
    except DatabaseError as error:
        diagnostic = getattr(error.__cause__, "diag", None)
        state = getattr(diagnostic, "sqlstate", None)
        if diagnostic and state == "CT409":
            detail = json.loads(diagnostic.message_detail)
            raise Conflict(
                stream=UUID(detail["stream"]),
                expected=detail["expected"],
                actual=detail["actual"],
            ) from error
        if diagnostic and state == "CT422":
            raise CommandReused(diagnostic.message_primary) from error
        raise
