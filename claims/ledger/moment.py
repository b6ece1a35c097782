"""The log as it stood at a moment: which entries count, and reading those alone.

A moment has two clocks. `position` is the last entry that counts by when it was recorded; it is
inclusive, so that citing it names an entry. `valid_at` leaves out what holds from later on. What
a position stands for never changes, so that several queries about one moment agree without a
transaction around them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from claims.ledger import server
from claims.ledger.entry import Entry, timestamp
from claims.ledger.log import ENTRIES, read

# Halving finds the last entry that was recorded by a time: `low` was, and `high` was not.
RECORDED_BY = """
WITH RECURSIVE halved (low, high) AS (
    SELECT -1::bigint, size FROM ledger.head
    UNION ALL
    SELECT CASE WHEN was THEN middle ELSE low END, CASE WHEN was THEN high ELSE middle END
    FROM halved,
        LATERAL (SELECT (low + high) / 2 AS middle) AS half,
        LATERAL (SELECT (SELECT recorded_at FROM ledger.event WHERE position = middle)
                        <= %(time)s AS was) AS recorded
    WHERE high - low > 1
)
SELECT low, (SELECT recorded_at FROM ledger.event WHERE position = low),
       (SELECT greatest(clock_timestamp(), head.recorded_at) FROM ledger.head)
FROM halved WHERE high - low <= 1
"""
COUNTS = (
    "position <= %(position)s "
    "AND (%(valid_at)s::timestamptz IS NULL OR effective_at <= %(valid_at)s::timestamptz)"
)


class NotYet(Exception):
    """Nobody can cite what has not been said; the message says how far the log goes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """The entries up to `position` (None: there were none yet) that hold at `valid_at` (None:
    whenever they hold). `recorded_at` is when the entry at `position` was recorded."""

    position: int | None
    recorded_at: datetime | None
    valid_at: datetime | None = None

    @property
    def size(self) -> int:
        """How many entries the log had."""
        return 0 if self.position is None else self.position + 1

    @property
    def _bounds(self) -> dict[str, Any]:
        return {"position": self.size - 1, "valid_at": self.valid_at}


@dataclass(frozen=True, kw_only=True, slots=True)
class Beginning:
    """Where a stream begins in the log."""

    stream: UUID
    position: int
    recorded_at: datetime
    effective_at: datetime


def resolve(as_of: int | datetime | None, valid_at: datetime | None = None) -> Moment:
    """The moment of a position, of a time (the last entry recorded by then), or now (None).

    Raises:
        NotYet: the log does not reach the position, or the time is in the future.
    """
    if isinstance(as_of, datetime):
        server.to_primary()  # A replica may lack what was recorded by then.
        position, recorded_at, now = _one(RECORDED_BY, {"time": as_of})
        if as_of > now:
            raise NotYet(f"This time is in the future; it is {timestamp(now)} now.")
    elif as_of is None:
        position, recorded_at = _one("SELECT size - 1, recorded_at FROM ledger.head", {})
    else:
        position = as_of
        last, recorded_at = _one(
            "SELECT size - 1, (SELECT recorded_at FROM ledger.event WHERE position = %(position)s)"
            " FROM ledger.head",
            {"position": min(position, 2**63 - 1)},
        )
        if last < 0:
            raise NotYet("The log is empty; it has no position yet.")
        if position > last:
            raise NotYet(f"The log does not go that far yet; its last position is {last}.")
    if position < 0:
        return Moment(position=None, recorded_at=None, valid_at=valid_at)
    return Moment(position=position, recorded_at=recorded_at, valid_at=valid_at)


def stream(
    stream_id: UUID, moment: Moment, *, after: int = 0, limit: int | None = None
) -> list[Entry]:
    """The entries of one stream that count, from the version after `after` on."""
    return read(
        f"{ENTRIES} WHERE stream_id = %(stream)s AND version > %(after)s AND {COUNTS} "
        "ORDER BY version LIMIT %(limit)s",
        {**moment._bounds, "stream": stream_id, "after": after, "limit": limit},
    )


def streams(stream_ids: Iterable[UUID], moment: Moment) -> list[Entry]:
    """The entries of these streams that count, stream by stream, each in order; one query."""
    return read(
        f"{ENTRIES} WHERE stream_id = ANY(%(streams)s) AND {COUNTS} ORDER BY stream_id, version",
        {**moment._bounds, "streams": list(stream_ids)},
    )


def between(first: int, end: int, moment: Moment) -> list[Entry]:
    """The entries at positions first <= position < end that count, in order."""
    return read(
        f"{ENTRIES} WHERE position >= %(first)s AND position < %(end)s AND {COUNTS} ORDER BY 1",
        {**moment._bounds, "first": first, "end": end},
    )


def version(stream_id: UUID, moment: Moment) -> int:
    """The version of the last entry of the stream that counts, 0 where its first one does not."""
    found = _one(
        "SELECT min(version), max(version) FROM ledger.event "  # noqa: S608
        f"WHERE stream_id = %(stream)s AND {COUNTS}",
        {**moment._bounds, "stream": stream_id},
    )
    return int(found[1]) if found[0] == 1 else 0


def begun(moment: Moment, *, before: int | None, limit: int) -> list[Beginning]:
    """The streams whose first entry counts, the one that began last first; `before` a position."""
    with server.reading().cursor() as cursor:
        cursor.execute(
            "SELECT stream_id, position, recorded_at, effective_at FROM ledger.event "  # noqa: S608
            f"WHERE version = 1 AND position < %(before)s AND {COUNTS} "
            "ORDER BY position DESC LIMIT %(limit)s",
            {**moment._bounds, "before": moment.size if before is None else before, "limit": limit},
        )
        return [_beginning(row) for row in cursor.fetchall()]


def beginning(stream_id: UUID) -> Beginning | None:
    """Where the stream begins, at whatever moment; None where there is none."""
    row = _one(
        "SELECT stream_id, position, recorded_at, effective_at FROM ledger.event "
        "WHERE stream_id = %(stream)s AND version = 1",
        {"stream": stream_id},
    )
    return _beginning(row) if row else None


def _beginning(row: Any) -> Beginning:
    stream_id, position, recorded_at, effective_at = row
    return Beginning(
        stream=stream_id, position=position, recorded_at=recorded_at, effective_at=effective_at
    )


def _one(query: str, parameters: dict[str, Any]) -> Any:
    with server.reading().cursor() as cursor:
        cursor.execute(query, parameters)
        return cursor.fetchone()
