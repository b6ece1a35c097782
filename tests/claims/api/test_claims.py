"""What a client reads of claims: lists it can walk through, and one claim with its version."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from claims import review
from claims.clients import limits
from claims.events import Confirmed, DisputeKind, Quantity, Rated
from claims.models import Claim
from tests.claims import build
from tests.claims.build import asserted, begins, corroborated, disputed, recorded, say
from tests.client import API, client, problem, wrong

pytestmark = pytest.mark.django_db
CLAIMS = f"{API}/claims/"


@pytest.fixture
def reader() -> Client:
    return client()


def ids(response: Any) -> list[str]:
    assert response.status_code == 200, response.content
    return [row["id"] for row in response.json()["results"]]


def left(response: Any) -> int:
    """How many requests the client has left in this minute."""
    return int(response["RateLimit"].partition("r=")[2].partition(";")[0])


def test_without_a_key_nothing_is_read_and_the_answer_says_what_to_send() -> None:
    response = Client().get(CLAIMS)

    problem(response, 401, "unauthenticated")
    assert response["WWW-Authenticate"].startswith("Bearer")


def test_the_claim_that_changed_last_comes_first(reader: Client) -> None:
    first, second = recorded(), recorded(begins(2))
    say(first, corroborated(3))

    assert ids(reader.get(CLAIMS)) == [str(first), str(second)]


def test_a_claim_in_a_list_has_its_status_and_its_counts(reader: Client) -> None:
    recorded(begins(), asserted(7, origin="Agency 1"), corroborated(2), disputed(3))

    row = reader.get(CLAIMS).json()["results"][0]

    assert row["status"] == "disputed"
    assert row["version"] == 4
    assert row["counts"] == {"origins": 2, "articles": 3, "disputes": 1}
    assert "evidence" not in row


def test_claims_are_found_by_status(reader: Client) -> None:
    recorded()
    wanted = recorded(begins(2), corroborated(3))

    assert ids(reader.get(CLAIMS, {"status": "corroborated"})) == [str(wanted)]


@pytest.mark.parametrize(
    ("language", "wording", "words"),
    [
        ("fr", "Les chevaux sont fatigués.", "cheval fatiguée"),
        ("en", "The ministers are resigning.", "minister resigned"),
    ],
)
def test_words_are_found_in_the_forms_of_the_claims_own_language(
    reader: Client, language: str, wording: str, words: str
) -> None:
    wanted = recorded(begins(language=language, wording=wording))
    recorded(begins(2, language=language, wording="Rien. Nothing."))

    assert ids(reader.get(CLAIMS, {"q": words})) == [str(wanted)]
    assert ids(reader.get(CLAIMS, {"q": words, "language": language})) == [str(wanted)]


def test_claims_are_found_by_the_outlet_and_by_the_origin_of_their_evidence(
    reader: Client,
) -> None:
    wanted = recorded(begins(5))
    recorded(begins(6))

    assert ids(reader.get(CLAIMS, {"source": "Paper 5"})) == [str(wanted)]
    assert ids(reader.get(CLAIMS, {"source": "Agency 5"})) == [str(wanted)]
    assert ids(reader.get(CLAIMS, {"source": "Nobody"})) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("statsu", "disputed"),
        ("status", "perhaps"),
        ("q", "\0"),
        ("language", "French"),
        ("limit", "0"),
        ("limit", "201"),
        ("limit", "many"),
        ("cursor", "nonsense"),
    ],
)
def test_a_parameter_that_is_unknown_or_wrong_is_named_and_never_ignored(
    reader: Client, name: str, value: str
) -> None:
    assert wrong(reader.get(CLAIMS, {name: value}), name)


def test_a_parameter_given_twice_is_refused(reader: Client) -> None:
    assert wrong(reader.get(CLAIMS, {"status": ["disputed", "merged"]}), "status")


def test_a_client_walks_through_a_list_and_back_whatever_is_added_meanwhile(
    reader: Client,
) -> None:
    claims = [str(recorded(begins(number))) for number in range(1, 6)][::-1]
    first = reader.get(CLAIMS, {"limit": 2})
    recorded(begins(9))

    second = reader.get(first.json()["next"])
    third = reader.get(second.json()["next"])
    back = reader.get(third.json()["previous"])

    assert ids(first) + ids(second) + ids(third) == claims
    assert third.json()["next"] is None
    assert ids(back) == ids(second)


def test_the_neighbouring_pages_are_in_the_link_header_too(reader: Client) -> None:
    for number in range(1, 4):
        recorded(begins(number))

    first = reader.get(CLAIMS, {"limit": 2})
    second = reader.get(first.json()["next"])

    assert first["Link"] == f'<{first.json()["next"]}>; rel="next"'
    assert second["Link"] == f'<{second.json()["previous"]}>; rel="previous"'


def test_a_stale_cursor_of_another_list_is_refused_in_words(reader: Client) -> None:
    for number in range(1, 4):
        recorded(begins(number))
    cursor = reader.get(CLAIMS, {"limit": 1}).json()["next"].split("cursor=")[1].split("&")[0]
    cursor = cursor.replace("%3A", ":")

    assert reader.get(CLAIMS, {"cursor": cursor}).status_code == 200
    told = wrong(reader.get(CLAIMS, {"cursor": cursor, "status": "asserted"}), "cursor")
    assert "no cursor of this list" in told


def test_a_list_costs_the_same_queries_however_long_it_is(
    reader: Client, django_assert_num_queries: Any
) -> None:
    recorded()
    # The key, the page, what the key had of it, what it takes now, the newest checkpoint.
    with django_assert_num_queries(5):
        reader.get(CLAIMS)
    for number in range(2, 12):
        recorded(begins(number))
    with django_assert_num_queries(5):
        assert len(ids(reader.get(CLAIMS))) == 11
    with django_assert_num_queries(3):  # Nothing of it is news to the key.
        reader.get(CLAIMS)


def test_a_claim_is_one_row_read_with_its_evidence_by_origin(
    reader: Client, django_assert_num_queries: Any
) -> None:
    figures = {"ours": Quantity(**build.OURS), "theirs": Quantity(**build.THEIRS)}
    claim = recorded(
        begins(),
        asserted(2, origin="Agency 1"),
        disputed(3, kind=DisputeKind.FIGURE, speaker="Anna", **figures),
    )

    reader.get(f"{CLAIMS}{claim}/")
    with django_assert_num_queries(3):  # the key, how it stands, the row
        reader.get(f"{CLAIMS}{claim}/")
    with django_assert_num_queries(2):  # the row is the one that was told already
        body = reader.get(f"{CLAIMS}{claim}/").json()

    one, other = body["evidence"]
    assert one["origin"] == "Agency 1"
    assert [piece["outlet"] for piece in one["evidence"]] == ["Paper 1", "Paper 2"]
    assert one["evidence"][0]["document"] == f"{1:064x}"
    assert one["evidence"][0]["kind"] == ""
    (dispute,) = other["evidence"]
    assert (dispute["kind"], dispute["speaker"]) == ("figure", "Anna")
    assert (dispute["ours"]["value"], dispute["theirs"]["value"]) == ("80000", "60000")
    assert (dispute["ours"]["upper"], dispute["ours"]["end"]) == ("", 0)
    assert body["counts"] == {"origins": 1, "articles": 2, "disputes": 1}
    assert body["verdict"] is None


def test_a_verdict_comes_with_its_own_state(reader: Client) -> None:
    claim = recorded()
    say(claim, Rated(verdict="false", explanation="Il en a 300.", against=1), by="user:1")
    pending = reader.get(f"{CLAIMS}{claim}/").json()["verdict"]
    say(claim, Confirmed(rating=2), by="user:2")
    confirmed = reader.get(f"{CLAIMS}{claim}/").json()["verdict"]

    assert (pending["verdict"], pending["state"]) == ("false", "pending")
    assert (confirmed["state"], confirmed["confirmed_by"]) == ("confirmed", "user:2")


def test_the_etag_is_the_version_and_an_unchanged_claim_is_not_sent_again(
    reader: Client,
) -> None:
    claim = recorded()
    address = f"{CLAIMS}{claim}/"

    assert reader.get(address)["ETag"] == '"1"'
    unchanged = reader.get(address, headers={"If-None-Match": '"1"'})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert unchanged["ETag"] == '"1"'

    say(claim, corroborated(2))
    changed = reader.get(address, headers={"If-None-Match": '"1"'})
    assert (changed.status_code, changed["ETag"]) == (200, '"2"')


def test_a_claim_asked_for_at_a_version_that_is_past_is_refused(
    reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "time", SimpleNamespace(time=lambda: 1_800_000_000.0))
    claim = recorded()
    address = f"{CLAIMS}{claim}/"

    before = [reader.get(address) for _way in ("long", "short")][-1]
    response = reader.get(address, headers={"If-Match": '"7"'})
    after = reader.get(address)

    problem(response, 412, "stale-version")
    # It counts as one request, though both ways to a claim are gone for it.
    assert [left(one) for one in (response, after)] == [left(before) - 1, left(before) - 2]


@pytest.mark.parametrize("claim", ["7f96b80f-951e-4064-b6ce-bc368a0cc370", "no-uuid", "1", "%00"])
def test_an_unknown_claim_is_a_problem_and_not_a_page(reader: Client, claim: str) -> None:
    problem(reader.get(f"{CLAIMS}{claim}/"), 404, "not-found")


def test_a_merged_claim_leads_to_the_one_it_is_part_of(reader: Client) -> None:
    part, whole = recorded(), recorded(begins(2))
    decision = build.decision(build.person("editor"), 1)
    review.merge(part, decision, into=whole, into_expected=1)

    response = reader.get(f"{CLAIMS}{part}/")

    assert response.status_code == 308
    assert response["Location"] == f"{CLAIMS}{whole}/"
    assert response["Cache-Control"] == "no-cache"
    assert response.json() == {"id": str(part), "status": "merged", "merged_into": str(whole)}
    assert reader.get(response["Location"]).status_code == 200
    assert Claim.objects.get(id=part).merged_into == whole
