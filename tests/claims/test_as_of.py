"""As of a moment the desk says what it said then: nothing that came later, all that counted."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from claims import as_of, events, history, projections, review, status
from claims.as_of import NotThere, Wanted, resolve
from claims.history import Change
from claims.ledger import log
from claims.ledger.entry import Entry
from claims.models import Claim
from claims.projections import Mark
from tests.claims import build
from tests.claims.build import AT, Said, begins, corroborated, disputed, recorded, say

pytestmark = pytest.mark.django_db
DAYS = [AT + timedelta(days=day) for day in range(4)]
COLUMNS = [field.attname for field in Claim._meta.concrete_fields if not field.generated]


def columns(claim: Claim) -> dict[str, Any]:
    return {name: getattr(claim, name) for name in COLUMNS}


def naive(entries: list[Entry], valid_at: datetime | None) -> dict[UUID, dict[str, Any]]:
    """The rows that entries add up to where those that do not hold by a time are stepped over."""
    found = {}
    ordered = sorted(entries, key=lambda entry: (entry.stream_id, entry.version))
    for claim, said in groupby(ordered, key=lambda entry: entry.stream_id):
        state, counted = status.State(), []
        for entry in said:
            if valid_at and entry.effective_at > valid_at:
                state = replace(state, version=state.version + 1)
                continue
            counted.append(entry)
            state = status.evolve(state, history.decode(entry), entry.actor)
        if not counted or counted[0].version != 1:
            continue
        last = counted[-1]
        mark = Mark(
            position=last.position,
            asserted_at=counted[0].effective_at,
            changed_at=last.effective_at,
            recorded_at=last.recorded_at,
        )
        found[claim] = projections.row(claim, replace(state, version=last.version), mark)
    return found


def at_random(desk: list[list[Said]], seed: int) -> None:
    """Record the histories of several claims in turns, each word holding from some day on."""
    turns = random.Random(seed)
    waiting = [(uuid4(), list(said)) for said in desk]
    while waiting:
        claim, said = turns.choice(waiting)
        (word, actor), *rest = said
        version = len(history.read(claim))
        change = Change(claim=claim, expected=version, words=(word,))
        history.record([change], actor=actor, at=turns.choice(DAYS), command=uuid4())
        said[:] = rest
        waiting = [(claim, said) for claim, said in waiting if said]


def walked(moment: as_of.Moment, wanted: Wanted, limit: int) -> Iterator[Claim]:
    """The whole list, page by page."""
    before = None
    while True:
        page = as_of.page(moment, wanted, limit=limit, before=before)
        assert len(page.claims) <= limit
        yield from page.claims
        if (before := page.before) is None:
            return


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    desk=st.lists(build.histories(longest=12), min_size=1, max_size=3),
    seed=st.integers(0, 2**16),
)
def test_as_of_every_moment_the_desk_says_what_the_entries_until_then_add_up_to(
    desk: list[list[Said]], seed: int
) -> None:
    with transaction.atomic():
        at_random(desk, seed)
        entries = log.between(0, log.size())
        for position in range(len(entries)):
            for valid_at in (None, DAYS[seed % 4]):
                compare(entries[: position + 1], resolve(position, valid_at))
        transaction.set_rollback(True)


def compare(prefix: list[Entry], moment: as_of.Moment) -> None:
    expected = naive(prefix, moment.valid_at)
    for claim in {entry.stream_id for entry in prefix}:
        if claim in expected:
            assert columns(as_of.claim(claim, moment)) == expected[claim]
        else:
            with pytest.raises(NotThere):
                as_of.claim(claim, moment)
    begun = [entry.stream_id for entry in prefix if entry.version == 1][::-1]
    order = [claim for claim in begun if claim in expected]
    assert [columns(one) for one in walked(moment, Wanted(), 2)] == [expected[c] for c in order]
    for filters in ({"status": "disputed"}, {"source": "AFP"}, {"language": "fr"}):
        found = [claim.id for claim in walked(moment, Wanted(**filters), 1)]
        assert found == [claim for claim in order if wanted(expected[claim], **filters)]


def wanted(row: dict[str, Any], status: str = "", source: str = "", language: str = "") -> bool:
    heard = [piece[key] for piece in row["evidence"] for key in ("outlet", "origin")]
    return (
        status in ("", row["status"])
        and (not source or source in heard)
        and (language in ("", row["language"]))
    )


def test_as_of_now_every_claim_is_the_row_of_the_read_model() -> None:
    claims = [recorded(begins(number), corroborated(number + 9)) for number in range(1, 5)]

    found = list(walked(resolve(None), Wanted(), 3))

    assert [one.id for one in found] == claims[::-1]
    live = Claim.objects.in_bulk(claims)
    assert all(columns(one) == columns(live[one.id]) for one in found)


def test_a_claim_says_since_when_it_exists_and_since_when_it_holds() -> None:
    recorded()
    claim = recorded(begins(2))

    with pytest.raises(NotThere, match="on record since position 1, recorded at 20"):
        as_of.claim(claim, resolve(0))
    with pytest.raises(NotThere, match="holds since 2026-03-01T09:30:00"):
        as_of.claim(claim, resolve(1, AT - timedelta(days=1)))
    with pytest.raises(NotThere, match="There is no claim"):
        as_of.claim(uuid4(), resolve(1))


def test_a_claim_is_itself_before_its_merge_and_after_it_was_undone() -> None:
    part, whole = recorded(), recorded(begins(2))
    editor = build.person("editor")
    review.merge(part, build.decision(editor, 1), into=whole, into_expected=1)
    review.unmerge(part, build.decision(editor, 2), out_of_expected=2)

    told = [as_of.claim(part, resolve(position)).status for position in (1, 2, 3, 5)]

    assert told == ["asserted", "merged", "merged", "asserted"]
    assert as_of.claim(whole, resolve(3)).articles == 2
    assert as_of.claim(whole, resolve(1)).articles == 1


def test_evidence_that_holds_later_is_not_there_yet_and_keeps_its_version() -> None:
    claim = recorded(begins())
    say(claim, disputed(2), at=DAYS[2])
    say(claim, corroborated(3))
    say(claim, events.Withdrawn(version=2, reason="Un autre compte."), at=DAYS[3])

    then = {day: as_of.claim(claim, resolve(None, DAYS[day])) for day in (0, 2, 3)}

    assert [then[day].status for day in (0, 2, 3)] == ["corroborated", "disputed", "corroborated"]
    assert [piece["version"] for piece in then[0].evidence] == [1, 3]
    assert (then[0].version, then[0].position) == (3, 2)
    assert then[3].version == 4


def test_nobody_is_said_to_have_confirmed_a_rating_that_another_one_replaced() -> None:
    claim = recorded(begins(), events.Rated(verdict="false", explanation="Non.", against=1))
    say(claim, events.Rated(verdict="true", explanation="Si.", against=2), at=DAYS[2])
    say(claim, events.Confirmed(rating=3), by="user:2")
    say(claim, events.Unrated(rating=3, reason="Trop tôt."))

    verdict = as_of.claim(claim, resolve(None, AT)).verdict

    assert verdict
    assert (verdict["verdict"], verdict["confirmed_by"]) == ("false", "")


def test_undoing_a_merge_that_did_not_hold_yet_does_not_undo_another_one() -> None:
    claim, first, second = recorded(), str(uuid4()), str(uuid4())
    say(claim, events.Merged(into=first), at=DAYS[2])
    say(claim, events.Unmerged(out_of=first), at=DAYS[1])
    say(claim, events.Merged(into=second))

    assert as_of.claim(claim, resolve(None, AT)).merged_into == UUID(second)


def test_past_words_are_found_in_all_their_forms_as_the_live_list_finds_them() -> None:
    claim = recorded(begins(language="fr", wording="Les chevaux sont fatigués."))
    recorded(begins(2, language="en", wording="The ministers are resigning."))
    say(claim, events.Reworded(wording="Autre chose."))

    def found(q: str, position: int) -> list[UUID]:
        return [one.id for one in walked(resolve(position), Wanted(q=q), 5)]

    assert found("cheval fatiguée", 1) == [claim]
    assert found("cheval fatiguée", 2) == []
    assert found("minister -horse", 2) == [found("resigned", 2)[0]]
    assert found('"autre chose" or resigned', 2) == [
        row.id for row in Claim.objects.order_by("-asserted_at", "position")
    ]


def test_a_filtered_page_looks_at_so_many_claims_and_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(as_of, "SCAN", 3)
    claims = [recorded(begins(number)) for number in range(1, 9)]
    wanted, moment = Wanted(source="Paper 1"), resolve(None)

    first = as_of.page(moment, wanted, limit=2)
    second = as_of.page(moment, wanted, limit=2, before=first.before)
    third = as_of.page(moment, wanted, limit=2, before=second.before)

    assert (first.claims, first.before) == ([], 5)
    assert (second.claims, second.before) == ([], 2)
    assert ([one.id for one in third.claims], third.before) == (claims[:1], None)


@pytest.mark.parametrize("wanted", [Wanted(), Wanted(q="compte", status="asserted")])
def test_a_page_costs_the_same_queries_however_many_claims_are_on_it(
    wanted: Wanted, django_assert_num_queries: Any
) -> None:
    queries = 3 if wanted.q else 2
    recorded()
    moment = resolve(None)
    with django_assert_num_queries(queries):  # where claims begin, their entries, their words
        as_of.page(moment, wanted, limit=50)
    for number in range(2, 12):
        recorded(begins(number))
    moment = resolve(None)
    with django_assert_num_queries(queries):
        assert len(as_of.page(moment, wanted, limit=50).claims) == 11
