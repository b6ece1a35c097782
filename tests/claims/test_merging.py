"""What a merge, its undoing and moving evidence would give is what they give."""

from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User

from claims import history, merging, review
from claims.models import Claim, Entry
from claims.replay import replay
from claims.review import Decision
from tests.claims.build import AT, begins, corroborated, disputed, person, recorded

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> User:
    return person("ada")


def decided(by: User, expected: int) -> Decision:
    return Decision(by=by, at=AT, expected=expected, command=uuid4())


def shown(claim: UUID) -> tuple[str, int, int]:
    row = Claim.objects.get(id=claim)
    return row.status, row.origins, row.disputes


def foreseen(state: object) -> tuple[str, int, int]:
    return state.status.value, len(state.origins), len(state.disputes)  # type: ignore[attr-defined]


def test_the_preview_of_a_merge_is_what_becomes_of_it_and_of_its_undoing(ada: User) -> None:
    one = recorded(begins(1), disputed(3))
    other = recorded(begins(7, origin="Reuters"))
    before = shown(one), shown(other)
    expected = foreseen(merging.merged(one, other))
    review.merge(one, decided(ada, 2), into=other, into_expected=1)
    assert shown(other) == expected
    alone, left = merging.unmerged(one, other)
    review.unmerge(one, decided(ada, 3), out_of_expected=2)
    assert (shown(one), shown(other)) == (foreseen(alone), foreseen(left)) == before


def test_evidence_is_moved_in_one_command_and_both_claims_say_so(ada: User) -> None:
    one, other = recorded(begins(1), corroborated(2)), recorded(begins(7, origin="Reuters"))
    left, there = merging.moved(one, 2, "", other)
    review.move(one, decided(ada, 2), version=2, to=other, to_expected=1, reason="Autre compte.")
    assert (shown(one), shown(other)) == (foreseen(left), foreseen(there))
    assert shown(other)[0] == "corroborated"
    commands = set(Entry.objects.order_by("-position")[:2].values_list("command_id", flat=True))
    assert len(commands) == 1
    assert not replay(mend=False).different


def test_evidence_of_an_origin_that_supports_the_other_claim_is_one_more_article(ada: User) -> None:
    one = recorded(begins(1), corroborated(2, origin="AFP"))
    other = recorded(begins(7, origin="AFP"))
    review.move(one, decided(ada, 2), version=2, to=other, to_expected=1, reason="Autre compte.")
    assert shown(other)[:2] == ("asserted", 1)
    assert Claim.objects.get(id=other).articles == 2


def test_what_is_moved_where_either_claim_has_moved_on_is_refused_whole(ada: User) -> None:
    one, other = recorded(begins(1), corroborated(2)), recorded(begins(7))
    size = Entry.objects.count()
    for expected, to_expected in ((1, 1), (2, 0)):
        with pytest.raises((review.Conflict, review.Refused)):
            review.move(
                one,
                decided(ada, expected),
                version=2,
                to=other,
                to_expected=to_expected,
                reason="x",
            )
    assert Entry.objects.count() == size


def test_what_does_not_stand_is_not_moved_and_nothing_moves_to_itself(ada: User) -> None:
    one, other = recorded(begins(1)), recorded(begins(7))
    with pytest.raises(review.Refused, match="No evidence of version 5"):
        review.move(one, decided(ada, 1), version=5, to=other, to_expected=1, reason="x")
    with pytest.raises(review.Refused, match="already"):
        review.move(one, decided(ada, 1), version=1, to=one, to_expected=1, reason="x")
    assert len(history.read(one)) == 1
