"""A claim's answer as bytes, kept by the process that made it for as long as the row stays.

A row is told from any later one by its version and by the transaction that wrote it, so that
a read side which is mended is shown at once. The checkpoint moves by itself, and is put in last.
"""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from rest_framework.renderers import JSONRenderer

from claims.models import Claim

MOST, LARGEST = 5_000, 64 * 1024  # answers, and bytes of one
STANDS = f"""
SELECT version, merged_into, claim.xmin::text, size, signed_at FROM {Claim._meta.db_table} AS claim
LEFT JOIN (
    SELECT size, signed_at FROM ledger.checkpoint ORDER BY number DESC LIMIT 1
) AS log ON true
WHERE id = %s
"""  # noqa: S608


class Standing(NamedTuple):
    """Which row of a claim is there now, and the newest checkpoint."""

    version: int
    merged_into: UUID | None
    written_by: str
    size: int | None
    signed_at: datetime | None


# By claim: the version and the transaction of its row, and the answer that was made of it.
kept: dict[UUID, tuple[int, str, bytes]] = {}


def standing(claim: UUID) -> Standing | None:
    """The row of a claim that is there now, without what it says."""
    with connection.cursor() as cursor:
        cursor.execute(STANDS, [claim])
        row = cursor.fetchone()
    return Standing(*row) if row else None


def known(claim: UUID, stands: Standing) -> bytes | None:
    """The answer that was made of this very row, but for its checkpoint."""
    version, written_by, text = kept.get(claim, (0, "", b""))
    return text if (version, written_by) == (stands.version, stands.written_by) else None


def keep(claim: UUID, stands: Standing, body: dict[str, Any]) -> bytes:
    """The answer as bytes, kept for those who ask next."""
    text = JSONRenderer().render(body)
    if len(kept) >= MOST:
        kept.clear()
    if len(text) <= LARGEST:
        kept[claim] = stands.version, stands.written_by, text
    return bytes(text)


def whole(text: bytes, stands: Standing) -> bytes:
    """The answer with the newest checkpoint in it."""
    newest = b"null"
    if stands.size is not None:
        newest = JSONRenderer().render({"size": stands.size, "signed_at": stands.signed_at})
    return text[:-1] + b',"checkpoint":' + newest + b"}"
