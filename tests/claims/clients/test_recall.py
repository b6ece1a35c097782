"""Which client holds which version of a claim, and whom a correction concerns."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from claims import events, history
from claims.clients import deliveries, keys, recall, webhooks
from claims.models import ApiKey, Claim, Delivery, Pulled
from tests.claims.build import AT, begins, corroborated, dismissed, disputed, erased, recorded, say
from tests.client import API, client, key

pytestmark = pytest.mark.django_db


def held() -> list[tuple[int, str, str]]:
    return list(Pulled.objects.order_by("id").values_list("version", "status", "verdict"))


def confirm(claim: UUID, verdict: str = "false") -> None:
    version = recorded_version(claim)
    rated = events.Rated(verdict=verdict, explanation="Non.", against=version)
    say(claim, rated, by="user:1")
    say(claim, events.Confirmed(rating=version + 1), by="user:2")


def recorded_version(claim: UUID) -> int:
    return history.past(claim).state.version


def read(reader: Client, claim: UUID, **headers: str) -> int:
    return reader.get(f"{API}/claims/{claim}/", headers=headers).status_code


def test_the_version_that_a_key_takes_is_kept_and_only_the_last() -> None:
    reader, claim = client(), recorded()
    assert read(reader, claim) == 200
    assert held() == [(1, "asserted", "")]
    say(claim, corroborated(2))
    assert read(reader, claim) == 200
    assert held() == [(2, "corroborated", "")]


def test_who_asks_whether_anything_is_new_holds_that_version() -> None:
    reader, claim = client(), recorded()
    assert read(reader, claim, **{"If-None-Match": '"1"'}) == 304
    assert held() == [(1, "asserted", "")]


def test_a_list_that_a_key_takes_counts_for_all_claims_in_it() -> None:
    recorded()
    recorded(begins(2), disputed(3))
    client().get(f"{API}/claims/")
    assert sorted(held()) == [(1, "asserted", ""), (2, "disputed", "")]


def test_somebody_of_the_desk_is_no_client_and_a_past_moment_is_no_copy() -> None:
    reader, claim = client(), recorded()
    reader.get(f"{API}/claims/{claim}/?as_of=0")
    person = Client()
    person.force_login(User.objects.create(username="amina"))
    assert read(person, claim) == 200
    assert held() == []


def test_a_version_that_is_kept_costs_no_write_and_no_query_where_it_was_read_before() -> None:
    reader, claim = client(), recorded()
    for forgotten, queries in ((True, 2), (False, 0), (True, 1)):
        if forgotten:
            recall.known.clear()
        with CaptureQueriesContext(connection) as ran:
            read(reader, claim)
        assert sum("claims_pulled" in query["sql"] for query in ran) == queries


def test_what_another_process_kept_is_not_undone() -> None:
    reader, claim = client(), recorded()
    read(reader, claim)
    say(claim, corroborated(2))
    Pulled.objects.update(version=2, status="corroborated", pulled_at=AT)
    recall.taken(ApiKey.objects.get(), [Claim.objects.get()], at=AT + timedelta(days=1))
    assert held() == [(2, "corroborated", "")]
    assert Pulled.objects.get().pulled_at == AT


def test_who_holds_another_status_or_verdict_than_the_claim_has_is_listed() -> None:
    reader, claim, other = client(), recorded(), recorded(begins(5))
    for one in (claim, other):
        read(reader, one)
    say(other, dismissed(7))
    assert list(recall.outdated()) == []
    say(claim, disputed(2))
    assert [copy.claim for copy in recall.outdated()] == [claim]
    confirm(other)
    assert {copy.claim for copy in recall.outdated()} == {claim, other}
    for one in (claim, other):
        read(reader, one)
    assert list(recall.outdated()) == []
    say(other, corroborated(8))  # The verdict that was confirmed saw less than that.
    read(client(name="another"), other)
    assert [copy.verdict for copy in recall.outdated()] == ["false"]


def test_a_key_that_was_revoked_holds_nothing_any_more() -> None:
    reader, claim = client(), recorded()
    read(reader, claim)
    say(claim, disputed(2))
    keys.revoke(ApiKey.objects.get(), at=AT)
    assert list(recall.outdated()) == []


def test_what_is_said_of_a_copy_is_the_same_in_the_table_and_in_the_ledger() -> None:
    claim = recorded()
    for word in (None, corroborated(2), disputed(3)):
        if word:
            say(claim, word)
        confirm(claim)
        row = Claim.objects.annotate(said=recall.CONFIRMED).get(id=claim)
        assert (row.status, row.said) == recall.material(history.past(claim).state)


class TestRecalls:
    """What the owner of a key is told, where a webhook of theirs listens to recalls."""

    def subscribe(self, **wanted: Any) -> None:
        user = User.objects.get(username="client")
        webhooks.subscribe(name="Ours", user=user, url="https://a.example/", at=AT, **wanted)

    def recalls(self, at: datetime = AT) -> list[Delivery]:
        deliveries.collect(at=at)
        return list(Delivery.objects.filter(kind="recall").order_by("id"))

    def test_the_owner_of_a_key_that_holds_an_old_status_is_told_once(self) -> None:
        reader, claim = client(), recorded()
        read(reader, claim)
        self.subscribe(types=["recall"])
        say(claim, disputed(2))
        say(claim, disputed(3))
        (told,) = self.recalls()
        assert (told.claim, told.version, told.status) == (claim, 2, "disputed")
        (copy,) = told.held
        assert (copy["version"], copy["status"], copy["name"]) == (1, "asserted", "client")
        assert len(self.recalls(AT + timedelta(minutes=1))) == 1

    def test_who_took_the_new_version_meanwhile_is_not_told(self) -> None:
        reader, claim = client(), recorded()
        read(reader, claim)
        self.subscribe(types=["recall"])
        say(claim, disputed(2))
        read(reader, claim)
        assert self.recalls() == []

    def test_what_changes_nothing_of_importance_recalls_nothing(self) -> None:
        reader, claim = client(), recorded()
        read(reader, claim)
        self.subscribe()
        say(claim, dismissed(2))
        assert self.recalls() == []

    def test_a_verdict_that_was_taken_back_is_recalled(self) -> None:
        reader, claim = client(), recorded()
        confirm(claim)
        read(reader, claim)
        self.subscribe(types=["recall"])
        say(claim, events.Unrated(rating=2, reason="Trop tôt."))
        (told,) = self.recalls()
        assert (told.verdict, told.held[0]["verdict"]) == ("", "false")

    @pytest.mark.parametrize("at_once", [True, False])
    def test_who_was_told_of_a_change_is_told_when_it_is_as_it_was_again(
        self, at_once: bool
    ) -> None:
        reader, claim = client(), recorded()
        read(reader, claim)
        self.subscribe(types=["recall"])
        say(claim, disputed(2))
        if not at_once:
            self.recalls()
        say(claim, events.Withdrawn(version=2, reason="Un autre compte."))
        say(claim, dismissed(5))
        assert [told.status for told in self.recalls()] == ["disputed", "asserted"]

    def test_what_changes_because_something_is_erased_is_recalled(self) -> None:
        claim = recorded(begins(), disputed(2))
        read(client(), claim)
        self.subscribe(types=["recall"])
        erased(claim, 2)
        assert [told.status for told in self.recalls()] == ["asserted"]

    def test_another_owner_hears_nothing_of_it(self) -> None:
        claim = recorded()
        read(client(name="another"), claim)
        key(name="client")
        self.subscribe()
        say(claim, disputed(2))
        assert self.recalls() == []
