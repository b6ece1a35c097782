"""The read side in one number: SHA-256 over the claims' rows as canonical JSON, in order of id.

Two desks whose ledgers stand at the same position have the same digest, or one of them shows
what no ledger says. An export holds the very same lines, so that a stranger computes the digest
with `sha256sum`.
"""

import hashlib
from collections.abc import Iterator
from typing import Any

from django.db import connection

from claims.ledger.lines import canonical
from claims.models import Claim
from claims.projections import ATTRIBUTES, NAMES

LIVE = Claim._meta.db_table


def lines(table: str = LIVE, *, chunk: int = 500) -> Iterator[bytes]:
    """Each claim's row as a line of canonical JSON, in order of id; memory stays flat.

    `table` is the live read side, or one of the same columns that was folded again. Must run
    inside a transaction: it reads through a server-side cursor.
    """
    connection.ensure_connection()
    raw: Any = connection.connection
    # In binary, because reading times from text is what it would spend most of its time on.
    with raw.cursor(name="claims_in_order", binary=True) as cursor:
        cursor.itersize = chunk
        cursor.execute(f"SELECT {NAMES} FROM {table} ORDER BY id")  # noqa: S608
        for row in cursor:
            yield canonical(dict(zip(ATTRIBUTES, row, strict=True)))


def of(table: str = LIVE) -> str:
    """The digest of a read side, in hexadecimal; must run inside a transaction."""
    digest = hashlib.sha256()
    for line in lines(table):
        digest.update(line)
    return digest.hexdigest()
