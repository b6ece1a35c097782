"""What a curious client reads of proposals, if it may."""

from typing import Any
from uuid import uuid4

import pytest

from claims import proposals
from tests.claims import build
from tests.client import API, client, problem, wrong

pytestmark = pytest.mark.django_db
PROPOSALS = f"{API}/proposals/"


def proposed(number: int = 1) -> str:
    passage = build.found(number, quote=f"Le compte numéro {number}.")
    proposal = proposals.propose(uuid4(), passage, at=build.AT, beginning=build.beginning())
    assert proposal
    return str(proposal.id)


def test_only_those_who_may_see_proposals_see_them() -> None:
    proposal = proposed()

    for address in (PROPOSALS, f"{PROPOSALS}{proposal}/"):
        problem(client(name="anybody").get(address), 403, "forbidden")
        assert client("Auditor", name="auditor").get(address).status_code == 200


def test_a_proposal_shows_its_passages_and_the_reasons_of_the_matcher() -> None:
    proposal = proposed()

    body = client("Auditor").get(f"{PROPOSALS}{proposal}/").json()

    assert body["state"] == "open"
    assert body["begins"] is True
    (finding,) = body["findings"]
    assert finding["quote"] == "Le compte numéro 1."
    assert finding["because"] == ["same figure"]


def test_proposals_are_found_by_state() -> None:
    proposal = proposed()
    reader = client("Auditor")

    assert [p["id"] for p in reader.get(PROPOSALS, {"state": "open"}).json()["results"]] == [
        proposal
    ]
    assert reader.get(PROPOSALS, {"state": "dismissed"}).json()["results"] == []
    assert wrong(reader.get(PROPOSALS, {"state": "new"}), "state")


def test_a_client_decides_nothing_here() -> None:
    proposal = proposed()
    editor = client("Editor")

    problem(editor.post(f"{PROPOSALS}{proposal}/"), 405, "method-not-allowed")
    problem(editor.delete(f"{PROPOSALS}{proposal}/"), 405, "method-not-allowed")
    problem(editor.get(f"{PROPOSALS}{uuid4()}/"), 404, "not-found")


def test_a_list_of_proposals_costs_the_same_queries_however_long_it_is(
    django_assert_max_num_queries: Any,
) -> None:
    reader = client("Auditor")
    for number in range(1, 8):
        proposed(number)
    with django_assert_max_num_queries(4):  # the key, the user's rights and groups', the page
        assert len(reader.get(PROPOSALS).json()["results"]) == 7
