"""Which claims a text may speak of: on the ledger or still proposed, in either language."""

from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims import proposals
from claims.proposals import Beginning
from tests.claims.build import AT, begins, found, recorded
from workers.matching import candidates
from workers.matching.search import described

pytestmark = pytest.mark.django_db

FRENCH = "Le barrage de Vaucroze retient douze millions de mètres cubes d'eau."
ENGLISH = "The harbour bridge was closed to lorries in March."


def proposed(wording: str, language: str = "fr") -> UUID:
    claim = uuid4()
    beginning = Beginning(wording=wording, language=language, context="")
    proposals.propose(claim, found(claim.int % 10**9), at=AT, beginning=beginning)
    return claim


def test_the_claim_with_the_rarest_words_in_common_comes_first() -> None:
    dam = recorded(begins(1, wording=FRENCH, title=""))
    recorded(begins(2, wording="Le maire de Brévanne retient une autre date.", title=""))
    first, second = candidates("Le barrage de Vaucroze retient trop d'eau", 10)
    assert first.claim == dam
    assert first.score > second.score
    assert first.cosine > second.cosine


def test_a_claim_that_only_waits_is_found_too() -> None:
    waiting = proposed(FRENCH)
    assert [found.claim for found in candidates("barrage de Vaucroze", 10)] == [waiting]
    assert described([waiting])[waiting].wording == FRENCH


def test_english_claims_are_found_by_other_forms_of_their_words() -> None:
    bridge = proposed(ENGLISH, "en")
    assert [found.claim for found in candidates("closing the harbour bridges", 10)] == [bridge]


def test_the_headline_under_which_a_claim_was_made_counts() -> None:
    claim = recorded(begins(1, wording="Le compte a 80 000 abonnés.", title="Castaing et Plumo"))
    assert candidates("Irène Castaing", 5)[0].claim == claim


def test_a_text_that_shares_no_word_finds_nothing() -> None:
    proposed(FRENCH)
    assert candidates("zzz qqq", 10) == []


def test_at_most_so_many_are_given() -> None:
    for _ in range(4):
        proposed(FRENCH)
    assert len(candidates(FRENCH, 3)) == 3


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=st.text(st.characters(exclude_characters="\x00", codec="utf-8")))
def test_no_text_breaks_the_search(text: str) -> None:
    assert candidates(f"{text} ' \\ : & | ! ( ) <-> *", 5) == candidates(f"{text} ' \\", 5)
