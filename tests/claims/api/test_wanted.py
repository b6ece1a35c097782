"""Asking for some of the claims, in an order, and for some of what is known of each."""

from typing import Any

import pytest
from django.test import Client

from claims.events import Confirmed, Rated
from claims.models import Story, StoryClaim
from tests.claims import build
from tests.claims.build import begins, corroborated, disputed, recorded, say
from tests.client import API, client, problem, wrong

pytestmark = pytest.mark.django_db
CLAIMS = f"{API}/claims/"


@pytest.fixture
def reader() -> Client:
    return client()


def ids(response: Any) -> list[str]:
    assert response.status_code == 200, response.content
    return [row["id"] for row in response.json()["results"]]


def test_only_the_members_that_are_named_are_sent(reader: Client) -> None:
    claim = recorded()
    asked = {"fields": "status,version"}
    few = {"id": str(claim), "status": "asserted", "version": 1}
    assert reader.get(CLAIMS, asked).json()["results"] == [few]
    assert reader.get(f"{CLAIMS}{claim}/", asked).json() == few


def test_evidence_comes_with_a_list_that_includes_it(reader: Client) -> None:
    recorded(begins(), corroborated(2))
    (row,) = reader.get(CLAIMS, {"include": "evidence"}).json()["results"]
    assert [group["origin"] for group in row["evidence"]] == ["Agency 1", "Agency 2"]
    assert row["wording"]


def test_stories_come_with_claims_with_one_query_for_all(
    reader: Client, django_assert_num_queries: Any
) -> None:
    story = Story.objects.create(name="The election")
    for number in range(1, 6):
        StoryClaim.objects.create(story=story, claim=recorded(begins(number)))
    asked = {"include": "stories"}
    reader.get(CLAIMS, asked)
    with django_assert_num_queries(4):  # the key, the page, the stories, the newest checkpoint
        rows = reader.get(CLAIMS, asked).json()["results"]
    assert [row["stories"] for row in rows] == [[{"id": story.pk, "name": "The election"}]] * 5


def test_a_claim_with_its_stories_is_never_told_to_be_unchanged(reader: Client) -> None:
    claim = recorded()
    address = f"{CLAIMS}{claim}/?include=stories"
    assert reader.get(address).json()["stories"] == []
    story = Story.objects.create(name="The election")
    StoryClaim.objects.create(story=story, claim=claim)
    again = reader.get(address, headers={"If-None-Match": '"1"'})
    assert again.json()["stories"] == [{"id": story.pk, "name": "The election"}]


def test_claims_are_found_by_their_story_and_stories_count_them(reader: Client) -> None:
    story = Story.objects.create(name="The election")
    wanted, _other = recorded(), recorded(begins(2))
    StoryClaim.objects.create(story=story, claim=wanted)

    assert ids(reader.get(CLAIMS, {"story": story.pk})) == [str(wanted)]
    (listed,) = reader.get(f"{API}/stories/").json()["results"]
    assert listed == reader.get(f"{API}/stories/{story.pk}/").json()
    assert (listed["name"], listed["claims"]) == ("The election", 1)
    problem(reader.get(f"{API}/stories/{story.pk + 1}/"), 404, "not-found")


def test_claims_are_found_by_their_confirmed_verdict(reader: Client) -> None:
    claim = recorded()
    recorded(begins(2))
    say(claim, Rated(verdict="false", explanation="Trente-sept.", against=1))
    assert ids(reader.get(CLAIMS, {"verdict": "false"})) == []
    say(claim, Confirmed(rating=2), by="user:2")
    assert ids(reader.get(CLAIMS, {"verdict": "false"})) == [str(claim)]


def test_ratings_are_listed_with_their_number_on_the_scale(reader: Client) -> None:
    first, second = recorded(), recorded(begins(2))
    say(first, Rated(verdict="false", explanation="Trente-sept.", against=1))
    say(second, Rated(verdict="unproven", explanation="Sans source.", against=1))
    say(second, Confirmed(rating=2), by="user:2")

    rows = reader.get(f"{API}/ratings/").json()["results"]

    assert [(row["claim"], row["number"], row["state"]) for row in rows] == [
        (str(second), None, "confirmed"),
        (str(first), 1.0, "pending"),
    ]
    confirmed = reader.get(f"{API}/ratings/", {"state": "confirmed"}).json()["results"]
    assert [row["claim"] for row in confirmed] == [str(second)]


def test_the_scale_names_each_verdict_in_both_languages(reader: Client) -> None:
    best, *_, last = reader.get(f"{API}/scale/").json()
    assert best == {"key": "true", "number": 5, "name": {"en": "True", "fr": "Vrai"}}
    assert last["number"] is None


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("-changed", [1, 3, 2]), ("changed", [2, 3, 1]), ("begun", []),
        ("-begun", []), ("-disputes", []), ("-origins", []),
    ],
)  # fmt: skip
def test_a_list_is_walked_through_in_the_order_that_is_asked_for(
    reader: Client, order: str, expected: list[int]
) -> None:
    claims = {}
    for number in (1, 2, 3):
        claims[number] = recorded()
    say(claims[3], corroborated(4))
    say(claims[1], disputed(5))
    names = {str(claim): number for number, claim in claims.items()}
    walked: list[int] = []
    address: str | None = f"{CLAIMS}?order={order}&limit=1"
    while address:
        body = reader.get(address).json()
        walked += [names[row["id"]] for row in body["results"]]
        address = body["next"]
    assert sorted(walked) == [1, 2, 3]
    if order in {"changed", "-changed"}:  # the others have ties here
        assert walked == expected
    if order == "-disputes":
        assert walked[0] == 1


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ({"fields": "status,colour"}, "fields"), ({"fields": ""}, "fields"),
        ({"include": "notes"}, "include"), ({"order": "wording"}, "order"),
        ({"story": "0"}, "story"), ({"story": "x"}, "story"),
        ({"as_of": "0", "order": "begun"}, "order"), ({"as_of": "0", "story": "1"}, "story"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_for_is_named(
    reader: Client, asked: dict[str, str], name: str
) -> None:
    recorded()
    assert wrong(reader.get(CLAIMS, asked), name)


def test_the_evidence_of_a_claim_is_there_by_itself_under_its_version(reader: Client) -> None:
    claim = recorded(begins(), corroborated(2))
    response = reader.get(f"{CLAIMS}{claim}/evidence/")
    assert [group["origin"] for group in response.json()["origins"]] == ["Agency 1", "Agency 2"]
    assert response["ETag"] == '"2"'
    known = reader.get(f"{CLAIMS}{claim}/evidence/", headers={"If-None-Match": '"2"'})
    assert known.status_code == 304


def test_a_claim_of_which_nothing_is_left_is_gone_and_says_what_was_there(reader: Client) -> None:
    claim = recorded()
    build.erased(claim, 1)
    for headers in ({}, {}, {"If-None-Match": '"2"'}):
        gone = problem(reader.get(f"{CLAIMS}{claim}/", headers=headers), 410, "erased")
        assert (gone["claim"], gone["version"]) == (str(claim), 2)


def test_answers_are_compressed_for_those_who_take_that(reader: Client) -> None:
    claim = recorded(begins(), *[corroborated(number) for number in range(2, 9)])
    response = reader.get(f"{CLAIMS}{claim}/", headers={"Accept-Encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"
    again = reader.get(f"{CLAIMS}{claim}/", headers={"If-None-Match": response["ETag"]})
    assert again.status_code == 304


def test_a_page_of_another_site_reads_only_where_the_desk_lets_it(
    reader: Client, settings: Any
) -> None:
    claim = recorded()
    ours = {"Origin": "https://paper.example"}
    assert "Access-Control-Allow-Origin" not in reader.get(CLAIMS, headers=ours)
    settings.CORS_ALLOWED_ORIGINS = ["https://paper.example"]
    answer = reader.get(f"{CLAIMS}{claim}/", headers=ours)
    assert answer["Access-Control-Allow-Origin"] == "https://paper.example"
    assert "ETag" in answer["Access-Control-Expose-Headers"]
    other = reader.get(CLAIMS, headers={"Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in other
    admin = reader.get("/admin/login/", headers=ours)
    assert "Access-Control-Allow-Origin" not in admin
