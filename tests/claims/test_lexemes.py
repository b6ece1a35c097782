"""In how many claims each word stands: right after every change, and after counting anew."""

from uuid import uuid4

import pytest
from django.db import connection

from claims import lexemes, review
from claims.events import Reworded
from claims.models import Claim
from claims.proposals import Beginning, propose
from claims.replay import replay
from tests.claims.build import (
    AT,
    begins,
    corroborated,
    decision,
    erased,
    found,
    person,
    recorded,
    say,
)

pytestmark = pytest.mark.django_db


def counted() -> dict[str, int]:
    """Each word's number of claims, by what the changes add up to."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT lexeme, sum(claims) FROM claims_lexeme GROUP BY lexeme HAVING sum(claims) <> 0"
        )
        return dict(cursor.fetchall())


def recounted() -> dict[str, int]:
    lexemes.recount()
    return counted()


def test_a_new_claim_and_one_that_waits_both_count() -> None:
    recorded(begins(1, wording="Le barrage de Vaucroze fuit.", title=""))
    propose(uuid4(), found(2), at=AT, beginning=Beginning(wording="Barrage fermé", language="fr"))
    assert counted() == {"": 2, " ": 5, "barrag": 2, "vaucroz": 1, "fuit": 1, "ferm": 1}
    assert counted() == recounted()


def test_an_accepted_proposal_counts_once() -> None:
    ada = person("ada")
    beginning = Beginning(wording="Barrage fermé", language="fr")
    proposal = propose(uuid4(), found(2, title=""), at=AT, beginning=beginning)
    assert proposal is not None
    review.accept(proposal.id, decision(ada, 0), revision=1)
    assert counted() == {"": 1, " ": 2, "barrag": 1, "ferm": 1}
    assert counted() == recounted()


def test_a_dismissed_proposal_a_rewording_and_a_merge_take_words_away() -> None:
    ada = person("ada")
    beginning = Beginning(wording="Un pont", language="fr")
    proposal = propose(uuid4(), found(9), at=AT, beginning=beginning)
    assert proposal is not None
    review.dismiss(proposal.id, decision(ada, 0), revision=1, reason="Sans intérêt.")
    claim = recorded(begins(1, wording="Barrage fermé", title=""), corroborated(2))
    say(claim, Reworded(wording="Barrage ouvert"))
    assert counted() == {"": 1, " ": 2, "barrag": 1, "ouvert": 1}
    other = recorded(begins(3, wording="Une écluse", title=""))
    review.merge(other, decision(ada, 1), into=claim, into_expected=3)
    assert "éclus" not in counted()
    assert counted() == recounted()
    review.unmerge(other, decision(ada, 2), out_of_expected=4)
    assert counted()["éclus"] == 1
    assert counted() == recounted()


def test_folding_changes_no_count_and_leaves_one_row_a_word() -> None:
    for number in range(1, 4):
        recorded(begins(number, wording="Le barrage fuit.", title=""))
    before = counted()
    lexemes.fold()
    assert counted() == before
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM claims_lexeme")
        assert cursor.fetchone() == (len(before),)


def test_erased_words_are_in_no_row() -> None:
    claim = recorded(begins(1, wording="Zinedine Morvan habite Brévanne", title=""))
    erased(claim, 1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT lexeme FROM claims_lexeme")
        assert not {"zinedin", "morvan"} & {row[0] for row in cursor.fetchall()}


def test_a_replay_that_mends_leaves_the_counts_right() -> None:
    claim = recorded(begins(1, wording="Le barrage fuit.", title=""))
    Claim.objects.filter(id=claim).update(wording="Un autre texte")
    assert replay(mend=True).different == [claim]
    assert counted() == {"": 1, " ": 2, "barrag": 1, "fuit": 1}
    assert counted() == recounted()
