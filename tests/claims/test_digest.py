"""The read side has one digest, which anyone can compute, and which betrays every change."""

import hashlib
import json
import logging
from io import StringIO
from typing import Any

import pytest
import rfc8785
from django.core.management import CommandError, call_command

from claims import digest
from claims.models import Claim
from claims.replay import replay
from tests.claims.build import begins, corroborated, disputed, recorded, say
from tracker.celery import app
from workers.tasks import check_read_side

pytestmark = pytest.mark.django_db


def test_the_digest_is_the_sha_256_of_canonical_rows_in_order_of_id() -> None:
    claims = sorted(recorded(begins(number), disputed(number + 50)) for number in range(1, 6))
    lines = list(digest.lines())
    assert [json.loads(line)["id"] for line in lines] == [str(claim) for claim in claims]
    assert all(rfc8785.dumps(json.loads(line)) + b"\n" == line for line in lines)
    assert digest.of() == hashlib.sha256(b"".join(lines)).hexdigest()


def test_the_digest_of_no_claims_is_that_of_nothing() -> None:
    assert digest.of() == hashlib.sha256().hexdigest()


def test_a_row_is_whole_in_its_line_but_for_what_postgresql_derives() -> None:
    recorded(begins(), corroborated())
    (line,) = digest.lines()
    row = json.loads(line)
    assert row.keys() == {field.attname for field in Claim._meta.concrete_fields} - {"search"}
    assert row["asserted_at"] == "2026-03-01T09:30:00.000000Z"
    assert row["evidence"][0]["quote"] == "Le compte réunit 80 000 abonnés."


def test_every_change_of_the_read_side_changes_the_digest() -> None:
    claim = recorded(begins())
    before = digest.of()
    changes: list[dict[str, Any]] = [
        {"status": "disputed"},
        {"wording": "Autrement."},
        {"evidence": []},
    ]
    for change in changes:
        Claim.objects.filter(id=claim).update(**change)
        assert digest.of() != before
        assert replay(mend=True).different == [claim]
        assert digest.of() == before


def test_a_replay_computes_the_same_digest_from_the_ledger_alone() -> None:
    for number in range(1, 8):
        recorded(begins(number), corroborated(number + 50))
    assert replay(mend=False).digest == digest.of()


def test_the_same_history_has_the_same_digest_and_one_event_more_another() -> None:
    claim = recorded(begins())
    one, two = replay(mend=False).digest, replay(mend=False).digest
    say(claim, corroborated())
    assert one == two != replay(mend=False).digest


def test_the_replay_command_says_the_digest_and_compares_it() -> None:
    recorded(begins())
    said = StringIO()
    call_command("replay", "--check", "--digest", digest.of(), stdout=said, stderr=StringIO())
    assert f"Digest of the claims at 1 events: {digest.of()}" in said.getvalue()
    with pytest.raises(CommandError, match="The digest was to be 00"):
        call_command("replay", "--digest", "00", stdout=StringIO(), stderr=StringIO())


def test_the_nightly_check_is_silent_of_a_read_side_that_is_what_the_ledger_says(
    caplog: pytest.LogCaptureFixture,
) -> None:
    recorded(begins())
    assert check_read_side() == digest.of()
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_the_nightly_check_is_loud_of_a_difference_and_leaves_it_to_be_looked_at(
    caplog: pytest.LogCaptureFixture,
) -> None:
    claim = recorded(begins())
    Claim.objects.filter(id=claim).update(status="corroborated")
    check_read_side()
    (record,) = (record for record in caplog.records if record.levelno == logging.CRITICAL)
    assert str(claim) in record.getMessage()
    assert Claim.objects.get(id=claim).status == "corroborated"


def test_the_check_is_made_every_night() -> None:
    (entry,) = (
        entry
        for entry in app.conf.beat_schedule.values()
        if entry["task"] == check_read_side.name == "claims.check_read_side"
    )
    assert (entry["schedule"].hour, entry["schedule"].minute) == ({3}, {30})
