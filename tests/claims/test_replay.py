"""Folding the ledger again gives the read side that is live, or says where it does not."""

from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims import events
from claims.models import Claim
from claims.replay import replay
from tests.claims.build import begins, corroborated, disputed, recorded, say

pytestmark = pytest.mark.django_db

REWORDED = events.Reworded(wording="Le compte réunit 80 000 abonnés.")


def test_replay_of_a_desk_at_work_equals_the_live_claims() -> None:
    recorded(begins(), corroborated())
    recorded(begins(5), disputed(6), REWORDED)
    found = replay(mend=False)
    assert (found.size, found.claims, found.different) == (5, 2, [])


def test_replay_of_an_empty_ledger_finds_no_claims() -> None:
    assert replay(mend=False).claims == 0


def test_a_claim_that_was_tampered_with_is_named_and_mended() -> None:
    honest, forged = recorded(begins()), recorded(begins(7))
    Claim.objects.filter(id=forged).update(status="corroborated", origins=9)
    assert replay(mend=True).different == [forged]
    assert Claim.objects.get(id=forged).origins == 1
    assert replay(mend=False).different == []
    assert Claim.objects.filter(id=honest).exists()


def test_a_claim_that_vanished_comes_back_and_one_that_never_was_goes() -> None:
    lost = recorded(begins())
    invented = Claim.objects.get(id=lost)
    Claim.objects.filter(id=lost).delete()
    invented.id = uuid4()
    invented.save(force_insert=True)
    assert set(replay(mend=True).different) == {lost, invented.id}
    assert list(Claim.objects.values_list("id", flat=True)) == [lost]


def test_checking_changes_nothing() -> None:
    claim = recorded(begins())
    Claim.objects.filter(id=claim).update(origins=9)
    with pytest.raises(CommandError, match=f"1 differed on the read side: {claim}"):
        call_command("replay", "--check", stdout=StringIO(), stderr=StringIO())
    assert Claim.objects.get(id=claim).origins == 9


def test_the_command_says_what_the_ledger_adds_up_to() -> None:
    recorded(begins(), corroborated())
    said = StringIO()
    call_command("replay", stdout=said)
    assert "2 events add up to 1 claims; the read side is equal to them.\n" in said.getvalue()


def test_progress_ends_at_the_size_of_the_ledger() -> None:
    for number in range(3):
        recorded(begins(10 + number), corroborated(20 + number))
    told: list[tuple[int, int]] = []
    replay(mend=False, progress=lambda done, of: told.append((done, of)))
    assert told[-1] == (6, 6)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(lengths=st.lists(st.integers(0, 4), min_size=1, max_size=6))
def test_replay_equals_live_whatever_was_recorded(lengths: list[int]) -> None:
    for length in lengths:
        number = uuid4().int >> 80
        claim = recorded(begins(number))
        for more in range(length):
            say(claim, disputed(number + more + 1) if more % 2 else corroborated(number + more + 1))
    assert replay(mend=False).different == []
