"""The read side in one number: SHA-256 over the claims' rows as canonical JSON, in order of id.

Two desks whose ledgers stand at the same position have the same digest, or one of them shows
what no ledger says. An export holds the very same lines, so that a stranger computes the digest
with `sha256sum`.
"""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.db.models import Field, JSONField

from claims.ledger.lines import canonical
from claims.models import Claim

FIELDS: "list[Field[Any, Any]]" = [f for f in Claim._meta.concrete_fields if not f.generated]
NAMES = ", ".join(f'"{field.column}"' for field in FIELDS)
LIVE = Claim._meta.db_table


def lines(table: str = LIVE, *, chunk: int = 500) -> Iterator[bytes]:
    """Each claim's row as a line of canonical JSON, in order of id; memory stays flat.

    `table` is the live read side, or one of the same columns that was folded again. Must run
    inside a transaction: it reads through a server-side cursor.
    """
    connection.ensure_connection()
    raw: Any = connection.connection
    with raw.cursor(name="claims_in_order") as cursor:
        cursor.itersize = chunk
        cursor.execute(f"SELECT {NAMES} FROM {table} ORDER BY id")  # noqa: S608
        for row in cursor:
            values = zip(FIELDS, row, strict=True)
            yield canonical({field.attname: _value(field, value) for field, value in values})


def of(table: str = LIVE) -> str:
    """The digest of a read side, in hexadecimal; must run inside a transaction."""
    digest = hashlib.sha256()
    for line in lines(table):
        digest.update(line)
    return digest.hexdigest()


def _value(field: "Field[Any, Any]", stored: Any) -> Any:
    """A column's value; Django's connections leave JSON as the text that PostgreSQL gives."""
    return json.loads(stored) if isinstance(field, JSONField) and stored is not None else stored
