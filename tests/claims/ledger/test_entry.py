"""What an entry commits to, spelt out once more from the definition and checked against it."""

import hashlib
import hmac
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.ledger.entry import GENESIS, Entry, commitment, leaf_hash, timestamp
from tests.claims import build

ENTRY = Entry(
    position=7,
    event_id=UUID(int=1),
    stream_id=UUID(int=2),
    version=3,
    type="asserted",
    schema_version=1,
    actor="user:4",
    effective_at=datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC),
    recorded_at=datetime(2026, 2, 3, 4, 5, 6, 7, tzinfo=UTC),
    command_id=UUID(int=5),
    commitment=b"\xaa" * 32,
    prev_hash=GENESIS,
    leaf_hash=b"\xbb" * 32,
    salt=b"\xcc" * 32,
    body="{}",
    erased_by=None,
)
LEAF = f"""claim-tracker event 1
7
00000000-0000-0000-0000-000000000001
00000000-0000-0000-0000-000000000002
3
asserted
1
user:4
2026-02-03T04:05:06.000000Z
2026-02-03T04:05:06.000007Z
00000000-0000-0000-0000-000000000005
{"aa" * 32}
{"00" * 32}
"""


def test_a_leaf_is_plain_lines_so_that_checking_it_needs_no_json() -> None:
    assert ENTRY.leaf() == LEAF.encode()


def test_erasing_a_body_leaves_the_leaf_as_it_was() -> None:
    assert replace(ENTRY, body=None, salt=None, erased_by=9).leaf() == ENTRY.leaf()


OTHER: dict[type[Any], Any] = {
    int: 99,
    str: "other",
    UUID: UUID(int=99),
    bytes: b"\xdd" * 32,
    datetime: datetime(1999, 1, 1, tzinfo=UTC),
}


@pytest.mark.parametrize(
    "name",
    [
        field.name
        for field in fields(Entry)
        if field.name not in {"salt", "body", "erased_by", "erasure", "leaf_hash"}
    ],
)
def test_nothing_of_an_envelope_can_change_without_its_leaf(name: str) -> None:
    changed = {name: OTHER[type(getattr(ENTRY, name))]}
    assert replace(ENTRY, **changed).leaf() != ENTRY.leaf()


@given(st.binary(min_size=32, max_size=32), build.TEXTS)
def test_a_commitment_is_the_hash_of_a_mark_the_salt_and_the_body(salt: bytes, body: str) -> None:
    expected = hashlib.sha256(bytes([2]))
    expected.update(salt)
    expected.update(body.encode("utf-8"))
    assert hmac.compare_digest(commitment(salt, body), expected.digest())


def test_a_leaf_hash_is_the_one_of_rfc_9162() -> None:
    """The hash of the empty leaf is the well-known first value of RFC 9162 implementations."""
    empty = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert leaf_hash(b"").hex() == empty


def test_leaves_and_commitments_never_share_a_hash() -> None:
    assert leaf_hash(bytes(32)) != commitment(bytes(32), "")


@given(build.MOMENTS)
def test_a_time_is_written_in_one_way_whatever_its_zone(moment: datetime) -> None:
    written = timestamp(moment)
    assert len(written) == len("2026-02-03T04:05:06.000000Z")
    assert written.endswith("Z")
    assert datetime.fromisoformat(written) == moment
    assert timestamp(moment.astimezone(timezone(timedelta(hours=5, minutes=30)))) == written
