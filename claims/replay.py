"""Fold the whole ledger again, beside the live read side, and compare the two.

The rebuilt rows live in a temporary table, so that the application's role is enough and nothing
is left behind. Most of the work is done while the desk goes on; only for the last entries, the
comparison and the swap do writers wait. Memory stays flat: one stream is held at a time.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, islice
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from claims import digest, history, projections
from claims.ledger import log
from claims.ledger.entry import Entry, Said
from claims.models import ReadSideCheck
from claims.projections import NAMES

BATCH = 500  # claims that are written at once


@dataclass(frozen=True, kw_only=True, slots=True)
class Replayed:
    """What a replay found: the log's size, the claims it adds up to, and those that differed.

    `digest` is that of the claims as the ledger has them at that size.
    """

    size: int
    claims: int
    different: list[UUID]
    digest: str


# Told how many entries were folded, and of how many.
Progress = Callable[[int, int], None]


def replay(*, mend: bool, progress: Progress = lambda done, of: None) -> Replayed:
    """Rebuild the read side from the ledger and tell where the live one differs.

    With `mend` the rows that differ are replaced by the rebuilt ones, all at once. The digest is
    taken of the rebuilt rows, when writers go on already.
    """
    size, different = _rebuild(mend, progress)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SELECT count(*) FROM rebuilt")
        claims = cursor.fetchone()[0]
        found = digest.of("rebuilt")
        cursor.execute("DROP TABLE rebuilt")
    return Replayed(size=size, claims=claims, different=different, digest=found)


def keep(found: Replayed, *, mended: bool, at: datetime) -> None:
    """Keep what a replay found, for whoever watches over the desk."""
    ReadSideCheck.objects.create(
        at=at,
        size=found.size,
        claims=found.claims,
        different=len(found.different),
        mended=mended,
        digest=found.digest,
    )


@transaction.atomic
def _rebuild(mend: bool, progress: Progress) -> tuple[int, list[UUID]]:
    """Leave the rows as the ledger has them in `rebuilt`; the log's size, and who differed."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        # One that an interrupted replay left to this session would be in the way.
        cursor.execute("DROP TABLE IF EXISTS pg_temp.rebuilt")
        cursor.execute(
            f"CREATE TEMPORARY TABLE rebuilt AS SELECT {NAMES} "  # noqa: S608
            "FROM claims_claim WITH NO DATA"
        )
        size = log.size()
        _fold(log.by_stream(end=size), size, progress)
        # From here on a writer waits; its events are not committed, and so not counted.
        cursor.execute("LOCK TABLE claims_claim IN SHARE ROW EXCLUSIVE MODE")
        end = log.size()
        _fold_again({entry.stream_id for entry in log.between(size, end)})
        different = _compare()
        if mend:
            _swap(different)
    return end, different


def _fold(entries: Iterable[Said], size: int, progress: Progress) -> None:
    streams = groupby(entries, key=lambda entry: entry.stream_id)
    done = 0
    while batch := [(stream, list(said)) for stream, said in islice(streams, BATCH)]:
        _keep([_row(stream, said) for stream, said in batch])
        done += sum(len(said) for _, said in batch)
        progress(done, size)


def _fold_again(streams: Iterable[UUID]) -> None:
    changed = list(streams)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM rebuilt WHERE id = ANY(%s)", [changed])
    _keep([_row(stream, history.read(stream)) for stream in changed])


def _row(stream: UUID, entries: Iterable[Entry | Said]) -> dict[str, Any]:
    past = history.added_up(entries)
    assert past.mark is not None  # noqa: S101  -- a stream has at least one entry
    return projections.row(stream, past.state, past.mark)


def _keep(rows: Iterable[dict[str, Any]]) -> None:
    raw: Any = connection.connection
    with raw.cursor() as cursor, cursor.copy(f"COPY rebuilt ({NAMES}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(projections.stored(row))


def _compare() -> list[UUID]:
    live, rebuilt = (f"SELECT {NAMES} FROM {table}" for table in ("claims_claim", "rebuilt"))  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT id FROM (({live} EXCEPT {rebuilt}) UNION ALL "  # noqa: S608
            f"({rebuilt} EXCEPT {live})) AS different ORDER BY id"
        )
        return [row[0] for row in cursor.fetchall()]


def _swap(different: list[UUID]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM claims_claim WHERE id = ANY(%s)", [different])
        cursor.execute(
            f"INSERT INTO claims_claim ({NAMES}) SELECT {NAMES} FROM rebuilt "  # noqa: S608
            "WHERE id = ANY(%s)",
            [different],
        )
