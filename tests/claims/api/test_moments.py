"""What a client reads as of a moment: the past, exactly, with a position to cite."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from claims import review
from claims.ledger import log
from claims.ledger.entry import timestamp
from tests.claims import build
from tests.claims.build import AT, begins, corroborated, disputed, recorded, say
from tests.client import API, client, problem, wrong

pytestmark = pytest.mark.django_db
CLAIMS, FEED = f"{API}/claims/", f"{API}/events/"
LATER = AT + timedelta(days=9)


@pytest.fixture
def reader() -> Client:
    return client()


def at(position: int) -> str:
    """When the entry was recorded, as the log writes it."""
    return timestamp(log.between(position, position + 1)[0].recorded_at)


def test_a_claim_is_told_as_it_stood_with_the_position_to_cite(reader: Client) -> None:
    claim = recorded(begins())
    say(claim, disputed(2))
    say(claim, corroborated(3))

    by_position = reader.get(f"{CLAIMS}{claim}/", {"as_of": 1}).json()
    by_time = reader.get(f"{CLAIMS}{claim}/", {"as_of": at(1)}).json()

    assert by_position == by_time
    assert by_position["as_of"] == {"position": 1, "recorded_at": at(1), "valid_at": None}
    assert (by_position["status"], by_position["version"]) == ("disputed", 2)
    assert [one["origin"] for one in by_position["evidence"]] == ["Agency 1", "Agency 2"]


def test_as_of_its_last_position_a_claim_is_what_it_is_now(reader: Client) -> None:
    claim = recorded(begins(published_at=AT), disputed(2))

    now = reader.get(f"{CLAIMS}{claim}/").json()
    then = reader.get(f"{CLAIMS}{claim}/", {"as_of": now["position"]}).json()

    assert "as_of" not in now
    assert {**now, "as_of": then["as_of"]} == then


def test_what_holds_later_does_not_count_by_the_other_clock(reader: Client) -> None:
    claim = recorded(begins())
    say(claim, disputed(2), at=LATER)

    held = reader.get(f"{CLAIMS}{claim}/", {"valid_at": "2026-03-02T00:00:00+01:00"}).json()

    assert held["status"] == "asserted"
    assert held["as_of"]["position"] == 1
    assert held["as_of"]["valid_at"] == "2026-03-01T23:00:00.000000Z"
    still = reader.get(f"{CLAIMS}{claim}/", {"valid_at": "2036-01-01T00:00:00Z", "as_of": "1"})
    assert still.json()["status"] == "disputed"


def test_a_claim_that_was_not_there_says_since_when_it_is(reader: Client) -> None:
    recorded()
    claim = recorded(begins(2))

    for address in (f"{CLAIMS}{claim}/", f"{CLAIMS}{claim}/events/"):
        told = problem(reader.get(address, {"as_of": 0}), 404, "not-found")["detail"]
        assert f"on record since position 1, recorded at {at(1)}" in told
        told = problem(reader.get(address, {"as_of": "1999-01-01T00:00:00Z"}), 404, "not-found")
        assert "on record since position 1" in told["detail"]
        told = problem(reader.get(address, {"valid_at": "2026-02-01T00:00:00Z"}), 404, "not-found")
        assert "it holds since 2026-03-01T09:30:00" in told["detail"]
    problem(reader.get(f"{CLAIMS}{uuid4()}/", {"as_of": 0}), 404, "not-found")


@pytest.mark.parametrize(
    "path", ["claims/", "claims/{claim}/", "claims/{claim}/events/", "events/"]
)
@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("as_of", "1", "last position is 0"),
        ("as_of", "9" * 40, "last position is 0"),
        ("as_of", "2999-01-01T00:00:00Z", "in the future"),
        ("as_of", "yesterday", "RFC 3339"),
        ("as_of", "-1", "RFC 3339"),
        ("as_of", "٣", "RFC 3339"),
        ("as_of", "2026-03-05T18:00:00", "with its offset"),
        ("as_of", "2026-03-05T18:00:00 01:00", "%2B01:00"),
        ("as_of", "2026-02-30T18:00:00Z", "RFC 3339"),
        ("as_of", "2026-03-05T18:00:00+99:00", "RFC 3339"),
        ("as_of", "0001-01-01T00:00:00+14:00", "RFC 3339"),
        ("as_of", "", "blank"),
        ("valid_at", "5", "RFC 3339"),
        ("valid_at", "2026-03-05", "RFC 3339"),
        ("valid_at", "\0", "RFC 3339"),
        ("valid", "2026-03-05T18:00:00Z", "no such parameter"),
    ],
)
def test_a_moment_that_cannot_be_is_refused_in_words(
    reader: Client, path: str, name: str, value: str, told: str
) -> None:
    claim = recorded()

    assert told in wrong(reader.get(f"{API}/{path.format(claim=claim)}", {name: value}), name)


@pytest.mark.parametrize(
    "path", ["claims/", "claims/{claim}/", "claims/{claim}/events/", "events/"]
)
def test_a_moment_given_twice_is_refused(reader: Client, path: str) -> None:
    address = f"{API}/{path.format(claim=recorded())}"

    assert wrong(reader.get(address, {"as_of": ["0", "0"]}), "as_of")


def test_as_of_before_its_merge_a_claim_is_itself_and_after_it_leads_on(reader: Client) -> None:
    part, whole = recorded(), recorded(begins(2))
    review.merge(part, build.decision(build.person("editor"), 1), into=whole, into_expected=1)

    assert reader.get(f"{CLAIMS}{part}/", {"as_of": 1}).json()["status"] == "asserted"
    held: dict[str, Any] = {"as_of": 3, "valid_at": "2026-03-02T00:00:00Z"}
    merged = reader.get(f"{CLAIMS}{part}/", held)
    assert (merged.status_code, merged.json()["merged_into"]) == (308, str(whole))
    assert merged["Location"].startswith(f"{CLAIMS}{whole}/?as_of=3&valid_at=2026-03-02")
    there = reader.get(merged["Location"]).json()
    assert there["as_of"]["position"] == 3
    assert there["counts"]["articles"] == 2


def test_an_answer_about_the_past_is_not_taken_for_the_current_one(reader: Client) -> None:
    claim = recorded(begins(), corroborated(2))
    address = f"{CLAIMS}{claim}/"
    now = reader.get(address)

    then = reader.get(address, {"as_of": 1})
    earlier = reader.get(address, {"as_of": 0})

    assert len({now["ETag"], then["ETag"], earlier["ETag"]}) == 3
    assert reader.get(address, {"as_of": 1}, headers={"If-None-Match": now["ETag"]}).content
    known = reader.get(address, {"as_of": 1}, headers={"If-None-Match": then["ETag"]})
    assert (known.status_code, known["ETag"]) == (304, then["ETag"])
    assert reader.get(address, headers={"If-None-Match": then["ETag"]}).status_code == 200


def test_what_a_position_stands_for_may_be_kept_and_what_a_time_does_may_not(
    reader: Client,
) -> None:
    claim = recorded()

    for address in (CLAIMS, FEED, f"{CLAIMS}{claim}/", f"{CLAIMS}{claim}/events/"):
        kept = reader.get(address, {"as_of": 0})["Cache-Control"]
        assert kept == "private, max-age=86400, immutable"
        for moment in ({"as_of": at(0)}, {"valid_at": "2027-01-01T00:00:00Z"}):
            assert reader.get(address, moment)["Cache-Control"] == "private, no-cache"


def ids(response: Any) -> list[str]:
    assert response.status_code == 200, response.content
    return [row["id"] for row in response.json()["results"]]


def test_a_list_as_of_a_moment_is_walked_whatever_happens_meanwhile(reader: Client) -> None:
    claims = [str(recorded(begins(number))) for number in range(1, 6)][::-1]

    first = reader.get(CLAIMS, {"as_of": at(4), "limit": "2"})
    say(recorded(begins(9)), corroborated(10))
    second = reader.get(first.json()["next"])
    third = reader.get(second.json()["next"])

    assert ids(first) + ids(second) + ids(third) == claims
    assert [page.json()["as_of"]["position"] for page in (first, second, third)] == [4, 4, 4]
    assert first["Link"] == f'<{first.json()["next"]}>; rel="next"'
    assert (third.json()["next"], third.json()["previous"]) == (None, None)
    assert "immutable" in second["Cache-Control"]
    assert "Link" not in third


def test_a_list_as_of_a_moment_takes_the_filters_of_the_live_one(reader: Client) -> None:
    wanted = recorded(begins(1, wording="Les chevaux dorment."), disputed(7))
    recorded(begins(2))
    filters = {"status": "disputed", "q": "cheval", "source": "Agency 7", "language": "fr"}

    then = reader.get(CLAIMS, {**filters, "as_of": "2"})

    assert ids(then) == ids(reader.get(CLAIMS, filters)) == [str(wanted)]
    row = then.json()["results"][0]
    assert row == reader.get(CLAIMS, filters).json()["results"][0]
    for name in filters:
        assert ids(reader.get(CLAIMS, {name: filters[name], "as_of": "0"})) == (
            [str(wanted)] if name in ("q", "language") else []
        )


def test_before_the_first_entry_there_is_a_list_and_it_is_empty(reader: Client) -> None:
    recorded()

    listed = reader.get(CLAIMS, {"as_of": "1999-01-01T00:00:00Z"}).json()
    feed = reader.get(FEED, {"as_of": "1999-01-01T00:00:00Z"}).json()

    nothing = {"position": None, "recorded_at": None, "valid_at": None}
    assert listed == {"as_of": nothing, "next": None, "previous": None, "results": []}
    assert feed == {"as_of": nothing, "events": [], "next": 0, "size": 0}


def test_a_cursor_belongs_to_its_moment(reader: Client) -> None:
    for number in range(1, 4):
        recorded(begins(number))
    cursor = reader.get(CLAIMS, {"as_of": 2, "limit": 1}).json()["next"]
    cursor = cursor.split("cursor=")[1].split("&")[0].replace("%3A", ":")

    assert reader.get(CLAIMS, {"as_of": 2, "cursor": cursor}).status_code == 200
    others: list[dict[str, Any]] = [{"as_of": 1}, {}, {"as_of": 2, "status": "asserted"}]
    for other in others:
        assert "no cursor of this list" in wrong(
            reader.get(CLAIMS, {**other, "cursor": cursor}), "cursor"
        )


def test_a_history_as_of_a_moment_leaves_out_what_does_not_count(reader: Client) -> None:
    claim = recorded(begins())
    say(claim, corroborated(2), at=LATER)
    say(claim, corroborated(3))
    say(claim, corroborated(4))
    address = f"{CLAIMS}{claim}/events/"

    def versions(response: Any) -> list[int]:
        return [event["version"] for event in response.json()["events"]]

    assert versions(reader.get(address, {"as_of": 1})) == [1, 2]
    held: dict[str, Any] = {"as_of": at(3), "valid_at": "2026-03-02T00:00:00Z"}
    assert versions(reader.get(address, held)) == [1, 3, 4]
    first = reader.get(address, {**held, "limit": 2})
    assert (versions(first), first.json()["version"]) == ([1, 3], 4)
    assert "as_of=3" in first.json()["next"]
    second = reader.get(first.json()["next"])
    assert (versions(second), second.json()["next"]) == ([4], None)
    assert first["Link"] == f'<{first.json()["next"]}>; rel="next"'
    assert versions(reader.get(address, {"as_of": 3, "after": 9})) == []


def test_the_feed_as_of_a_moment_ends_there(reader: Client) -> None:
    claim = recorded(begins())
    say(claim, corroborated(2), at=LATER)
    say(claim, corroborated(3))
    recorded(begins(4))

    body = reader.get(FEED, {"as_of": 2}).json()
    assert [event["position"] for event in body["events"]] == [0, 1, 2]
    assert (body["next"], body["size"]) == (3, 3)

    held: dict[str, Any] = {"as_of": 2, "valid_at": "2026-03-02T00:00:00Z", "limit": 2}
    body = reader.get(FEED, held).json()
    assert ([event["position"] for event in body["events"]], body["next"]) == ([0], 2)
    body = reader.get(FEED, {**held, "from": 2}).json()
    assert ([event["position"] for event in body["events"]], body["next"]) == ([2], 3)


def test_a_moment_costs_the_same_queries_however_much_was_recorded(
    reader: Client, django_assert_num_queries: Any
) -> None:
    claim = recorded(begins())
    costs = {CLAIMS: 4, FEED: 3, f"{CLAIMS}{claim}/": 4, f"{CLAIMS}{claim}/events/": 4}

    def cost() -> None:
        for address, queries in costs.items():
            with django_assert_num_queries(queries):  # the key, the moment, and what is asked for
                assert reader.get(address, {"as_of": at_now}).status_code == 200

    at_now = timestamp(datetime.now(UTC))
    cost()
    for number in range(2, 12):
        recorded(begins(number), corroborated(number + 20))
    say(claim, *(corroborated(number) for number in range(40, 60)))
    at_now = timestamp(datetime.now(UTC))
    cost()
