"""What a client reads of the ledger: a claim's history, and the feed that has no gaps."""

import hashlib
import json
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from claims.events import Reworded
from claims.ledger import log
from claims.ledger.entry import GENESIS
from tests.claims.build import begins, corroborated, disputed, erased, recorded, say
from tests.client import API, client, problem, wrong

pytestmark = pytest.mark.django_db
FEED = f"{API}/events/"


@pytest.fixture
def reader() -> Client:
    return client()


def test_a_history_is_read_from_its_first_word_on(reader: Client) -> None:
    claim = recorded(begins(), corroborated(2), disputed(3))

    body = reader.get(f"{API}/claims/{claim}/events/").json()

    assert [event["type"] for event in body["events"]] == ["asserted", "corroborated", "disputed"]
    assert [event["version"] for event in body["events"]] == [1, 2, 3]
    assert body["version"] == 3
    assert body["next"] is None
    first = body["events"][0]
    assert first["data"]["wording"] == "Le compte a 80 000 abonnés."
    assert first["actor"] == "user:1"
    assert first["effective_at"] == "2026-03-01T09:30:00.000000Z"


def test_a_client_can_check_what_it_was_told_with_nothing_but_sha256(reader: Client) -> None:
    claim = recorded(begins(), corroborated(2))

    first, second = reader.get(f"{API}/claims/{claim}/events/").json()["events"]

    assert first["hashes"]["previous"] == GENESIS.hex()
    assert second["hashes"]["previous"] == first["hashes"]["leaf"]
    for event in (first, second):
        hashes = event["hashes"]
        canonical = json.dumps(
            event["data"], ensure_ascii=False, separators=(",", ":"), sort_keys=True
        )
        committed = b"\x02" + bytes.fromhex(hashes["salt"]) + canonical.encode()
        assert hashlib.sha256(committed).hexdigest() == hashes["commitment"]
        names = "position event_id claim version type schema_version actor effective_at recorded_at"
        lines = ["claim-tracker event 1", *(str(event[name]) for name in names.split())]
        lines += [event["command_id"], hashes["commitment"], hashes["previous"], ""]
        leaf = hashlib.sha256(b"\x00" + "\n".join(lines).encode())
        assert leaf.hexdigest() == hashes["leaf"]


def test_a_long_history_is_read_in_parts_by_version(reader: Client) -> None:
    claim = recorded(begins(), *(corroborated(number) for number in range(2, 6)))

    first = reader.get(f"{API}/claims/{claim}/events/", {"limit": 2})
    second = reader.get(first.json()["next"])
    third = reader.get(second.json()["next"])

    versions = [[e["version"] for e in page.json()["events"]] for page in (first, second, third)]
    assert versions == [[1, 2], [3, 4], [5]]
    assert third.json()["next"] is None
    assert first["Link"] == f'<{first.json()["next"]}>; rel="next"'
    assert "Link" not in third


def test_a_history_after_its_end_is_empty_and_that_of_no_claim_is_unknown(
    reader: Client,
) -> None:
    claim = recorded()

    after = reader.get(f"{API}/claims/{claim}/events/", {"after": 9}).json()
    assert (after["events"], after["next"]) == ([], None)
    problem(reader.get(f"{API}/claims/{uuid4()}/events/"), 404, "not-found")


def test_a_history_that_did_not_grow_is_not_sent_again(reader: Client) -> None:
    claim = recorded()
    address = f"{API}/claims/{claim}/events/"
    etag = reader.get(address)["ETag"]

    assert etag == '"1"'
    assert reader.get(address, headers={"If-None-Match": etag}).status_code == 304
    say(claim, Reworded(wording="Autrement."))
    assert reader.get(address, headers={"If-None-Match": etag})["ETag"] == '"2"'


def test_the_feed_gives_every_event_once_and_in_order(reader: Client) -> None:
    start = log.size()
    for number in range(1, 6):
        recorded(begins(number), corroborated(number + 10))

    seen, position = [], start
    while True:
        part = reader.get(FEED, {"from": position, "limit": 3}).json()
        if not part["events"]:
            break
        seen += [event["position"] for event in part["events"]]
        position = part["next"]

    assert seen == list(range(start, start + 10))
    assert position == part["size"] == start + 10


def test_a_client_that_has_everything_asks_again_from_the_same_place(reader: Client) -> None:
    recorded()
    size = log.size()

    nothing = reader.get(FEED, {"from": size}).json()
    assert nothing == {"events": [], "next": size, "size": size, "checkpoint": None}
    assert reader.get(FEED, {"from": size + 5}).json()["next"] == size + 5

    recorded(begins(2))
    assert len(reader.get(FEED, {"from": size}).json()["events"]) == 1


def test_a_client_that_names_no_limit_gets_a_hundred(reader: Client) -> None:
    start = log.size()
    recorded(begins(), *(corroborated(number) for number in range(2, 122)))

    assert len(reader.get(FEED, {"from": start}).json()["events"]) == 100
    assert len(reader.get(FEED, {"from": start, "limit": 1000}).json()["events"]) == 121


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("from", "-1"),
        ("from", "abc"),
        ("from", "9" * 30),
        ("from", "1.5"),
        ("from", ""),
        ("limit", "1001"),
        ("limit", "0"),
        ("form", "1"),
    ],
)
def test_a_place_in_the_feed_that_cannot_be_is_named(reader: Client, name: str, value: str) -> None:
    assert wrong(reader.get(FEED, {name: value}), name)


def test_the_feed_costs_the_same_queries_however_much_is_read(
    reader: Client, django_assert_num_queries: Any
) -> None:
    claim = recorded()
    say(claim, *(corroborated(number) for number in range(2, 30)))
    for limit in (1, 20):
        with django_assert_num_queries(4):  # the key, the size, the checkpoint, the events
            reader.get(FEED, {"limit": limit})
        with django_assert_num_queries(4):  # the key, the version, the events, the checkpoint
            reader.get(f"{API}/claims/{claim}/events/", {"limit": limit})


def test_events_read_the_same_whoever_writes_their_json(reader: Client) -> None:
    claim = recorded(begins(title='Un "titre" \\ à l’envers'), disputed(speaker="Zoé\n<b>"))
    feed = reader.get(FEED).json()["events"]
    assert feed == reader.get(f"{API}/claims/{claim}/events/").json()["events"]
    assert feed[0]["data"]["title"] == 'Un "titre" \\ à l’envers'


def test_an_erased_event_answers_as_a_tombstone(reader: Client) -> None:
    claim = recorded(begins(), disputed(speaker="Zinedine"))
    known = reader.get(f"{API}/claims/{claim}/").headers["ETag"]
    erased(claim, 2, reason="Vie privée.")

    for address in (FEED, f"{API}/claims/{claim}/events/"):
        answer = reader.get(address)
        assert "Zinedine" not in answer.content.decode()
        first, gone, last = answer.json()["events"]
        assert (gone["type"], gone["data"], gone["hashes"]["salt"]) == ("disputed", None, None)
        assert gone["erased"] == {"position": 2, "reason": "Vie privée."}
        assert (first["erased"], last["erased"]) == (None, None)
        assert last["data"] == {
            "word": "erased", "position": 1, "version": 2, "reason": "Vie privée.",
        }  # fmt: skip
    shown = reader.get(f"{API}/claims/{claim}/", headers={"If-None-Match": known})
    assert shown.status_code == 200
    assert shown.json()["counts"]["disputes"] == 0
    assert "Zinedine" not in shown.content.decode()
