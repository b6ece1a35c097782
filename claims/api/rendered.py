"""A claim's answer as bytes, kept by the process that made it for as long as the row stays.

A row is told from any later one by its version and by the transaction that wrote it, so that
a read side which is mended is shown at once. The checkpoint moves by itself, and is put in last.
"""

from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from rest_framework.renderers import JSONRenderer

from claims.api.log import named
from claims.api.shapes import ClaimDetail, asked_for
from claims.models import Claim

MOST, LARGEST = 5_000, 64 * 1024  # answers, and bytes of one
# What is erased is told here as by `Claim.erased`.
STANDS = f"""
SELECT id, status, version, merged_into, wording = '' AND evidence = '[]', claim.xmin::text,
    size, signed_at
FROM {Claim._meta.db_table} AS claim
LEFT JOIN (
    SELECT size, signed_at FROM ledger.checkpoint ORDER BY number DESC LIMIT 1
) AS log ON true
WHERE id = %s
"""  # noqa: S608


class Standing(NamedTuple):
    """Which row of a claim is there now, and the newest checkpoint."""

    id: UUID
    status: str
    version: int
    merged_into: UUID | None
    erased: bool
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


def whole(stands: Standing) -> bytes:
    """All that is said of a claim to a client with a key that asks for nothing else.

    Raises:
        Claim.DoesNotExist: another row has taken the place of this one.
    """
    version, written_by, text = kept.get(stands.id, (0, "", b""))
    if (version, written_by) != (stands.version, stands.written_by):
        text = _made(stands)
    return text[:-1] + b',"checkpoint":' + _checkpoint(stands.size, stands.signed_at) + b"}"


def _made(stands: Standing) -> bytes:
    """The answer but for its checkpoint, kept for those who ask next."""
    row = Claim.objects.defer("search").get(id=stands.id, version=stands.version)
    serializer = ClaimDetail(row, context=asked_for({}, stranger=False))
    serializer.fields.pop("checkpoint")
    text = bytes(JSONRenderer().render(serializer.data))
    if len(kept) >= MOST:
        kept.clear()
    if len(text) <= LARGEST:
        kept[stands.id] = stands.version, stands.written_by, text
    return text


@lru_cache(maxsize=1)
def _checkpoint(size: int | None, signed_at: datetime | None) -> bytes:
    if size is None or signed_at is None:
        return b"null"
    return bytes(JSONRenderer().render(named(size, signed_at)))
