"""Deciding from elsewhere: by a person's key, on what they have seen, once."""

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client

from claims import proposals
from claims.models import Claim, Entry, Proposal
from tests.claims import build
from tests.claims.build import corroborated, recorded, say
from tests.claims.desk.screens import proposed
from tests.client import API, client, problem, wrong

pytestmark = pytest.mark.django_db


@pytest.fixture
def reviewer() -> Client:
    """A reviewer at another newsroom's tool."""
    return client("Reviewer", name="rita")


def etag(reader: Client, proposal: Proposal) -> str:
    return str(reader.get(f"{API}/proposals/{proposal.id}/")["ETag"])


def decide(
    reader: Client, proposal: Proposal, match: str | None, decision: str = "accept", **sent: Any
) -> Any:
    headers = {} if match is None else {"If-Match": match}
    return reader.post(
        f"{API}/proposals/{proposal.id}/decision/",
        {"decision": decision, **sent},
        content_type="application/json",
        headers=headers,
    )


def test_accepting_records_what_is_proposed_in_the_name_of_the_keys_person(
    reviewer: Client,
) -> None:
    proposal = proposed()

    answer = decide(reviewer, proposal, etag(reviewer, proposal))

    assert answer.status_code == 200, answer.content
    assert answer.json()["state"] == "accepted"
    entry = Entry.objects.get()
    assert entry.position == answer.json()["position"]
    assert entry.actor == f"user:{User.objects.get(username='rita').pk}"
    assert Claim.objects.get().id == proposal.claim


def test_the_wording_and_the_stance_can_be_put_right_with_it(reviewer: Client) -> None:
    claim = recorded()
    proposal = proposed(claim, 2)
    tag = etag(reviewer, proposal)

    answer = decide(reviewer, proposal, tag, stance="disputes", kind="denial")

    assert answer.status_code == 200, answer.content
    assert Claim.objects.get().status == "disputed"


def test_a_dismissal_says_why(reviewer: Client) -> None:
    claim = recorded()
    proposal = proposed(claim, 2)
    tag = etag(reviewer, proposal)
    problem(decide(reviewer, proposal, tag, "dismiss"), 409, "refused")

    answer = decide(reviewer, proposal, tag, "dismiss", reason="Another account.")

    assert answer.json()["state"] == "dismissed"
    assert Entry.objects.get(position=1).type == "dismissed"


def test_without_if_match_nothing_is_decided(reviewer: Client) -> None:
    problem(decide(reviewer, proposed(), None), 428, "precondition-required")
    assert not Entry.objects.exists()


def test_nothing_is_decided_on_a_claim_that_has_moved_on(reviewer: Client) -> None:
    claim = recorded()
    proposal = proposed(claim, 2)
    tag = etag(reviewer, proposal)
    say(claim, corroborated(3))
    problem(decide(reviewer, proposal, tag), 412, "stale-version")


def test_nothing_is_decided_on_a_proposal_to_which_something_was_added(reviewer: Client) -> None:
    proposal = proposed()
    tag = etag(reviewer, proposal)
    proposals.propose(proposal.claim, build.found(3), at=build.AT)
    problem(decide(reviewer, proposal, tag), 412, "stale-version")


@pytest.mark.parametrize("match", ["", "*", "3", '"3"', '"a.b"', '"1.1", "2.2"', '"1.99999999999"'])
def test_what_is_no_etag_of_a_proposal_decides_nothing(reviewer: Client, match: str) -> None:
    problem(decide(reviewer, proposed(), match), 412, "stale-version")


def test_an_etag_that_a_gateway_made_weak_is_the_same(reviewer: Client) -> None:
    proposal = proposed()
    assert decide(reviewer, proposal, "W/" + etag(reviewer, proposal)).status_code == 200


def test_a_decision_sent_twice_with_its_command_is_made_once(reviewer: Client) -> None:
    proposal = proposed()
    tag, command = etag(reviewer, proposal), str(uuid4())
    first = decide(reviewer, proposal, tag, command=command)
    again = decide(reviewer, proposal, tag, command=command)
    assert first.json() == again.json()
    assert Entry.objects.count() == 1
    problem(decide(reviewer, proposal, tag, command=str(uuid4())), 412, "stale-version")


def test_deciding_takes_the_scope_and_the_permission() -> None:
    proposal = proposed()
    for other in (
        client("Reviewer", name="rita", scopes=["read", "submit", "log"]),
        client("Auditor", name="anna"),
        client(name="nobody"),
    ):
        problem(decide(other, proposal, '"1.0"'), 403, "forbidden")
    assert not Entry.objects.exists()


def test_what_is_unknown_in_a_decision_is_refused(reviewer: Client) -> None:
    proposal = proposed()
    tag = etag(reviewer, proposal)
    assert "decision" in wrong(decide(reviewer, proposal, tag, because="x"), "/because")
    assert wrong(decide(reviewer, proposal, tag, "maybe"), "/decision")
    assert wrong(decide(reviewer, proposal, tag, kind="figure?"), "/kind")


def test_a_proposal_that_did_not_change_is_answered_with_304(reviewer: Client) -> None:
    proposal = proposed()
    address = f"{API}/proposals/{proposal.id}/"
    tag = reviewer.get(address)["ETag"]
    assert reviewer.get(address, headers={"If-None-Match": tag}).status_code == 304
    assert decide(reviewer, proposal, tag)["ETag"] != tag
