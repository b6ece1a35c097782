"""Webhooks in the admin: their secret shown once, changed, paused, tried out, and sent again."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from claims.clients import deliveries, webhooks
from claims.models import Delivery, Story, Subscription
from tests.claims import build
from tests.claims.build import AT, corroborated, recorded, say
from tests.claims.desk.screens import EVIL, browser, page, said, text

pytestmark = pytest.mark.django_db
HOOKS = "/admin/claims/subscription/"
LOG = "/admin/claims/delivery/"
GOOD = {"name": "The website", "url": "https://paper.example/hook"}


def root() -> Client:
    return browser("", name="root", is_superuser=True)


def add(client: Client, **sent: Any) -> Any:
    owner = User.objects.get(username=sent.pop("owner", "root"))
    return client.post(f"{HOOKS}add/", {**GOOD, "user": owner.pk, **sent})


def at(row: Subscription) -> str:
    return f"{HOOKS}{row.pk}/change/"


def made(**changes: Any) -> Subscription:
    owner, _ = User.objects.get_or_create(username="root")
    return webhooks.subscribe(**{**GOOD, "user": owner, "at": AT, **changes})


def test_a_new_webhook_shows_its_secret_once() -> None:
    client = root()
    (secret,) = page(add(client)).xpath("//*[@id='secret']")
    row = Subscription.objects.get()
    assert secret.text == row.secret
    for address in (HOOKS, at(row)):
        assert row.secret not in client.get(address).content.decode()


def test_what_it_hears_of_is_chosen_and_changed() -> None:
    client, claim = root(), recorded()
    add(client, types=["disputed", "recall"], statuses=["disputed"], claims=f"{claim}\n{claim}\n")
    row = Subscription.objects.get()
    assert (row.types, row.statuses) == (["disputed", "recall"], ["disputed"])
    assert row.claims == [claim]
    sent = {**GOOD, "verb": "change", "name": "Elsewhere", "types": ["asserted"]}
    assert said(client.post(at(row), sent, follow=True)) == ["The webhook is changed."]
    row.refresh_from_db()
    assert (row.name, row.types, row.statuses, row.claims) == ("Elsewhere", ["asserted"], [], [])


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("url", "ftp://paper.example/", "valid URL"),
        ("url", "https://user:secret@paper.example/", "user name or password"),
        ("url", "https://paper.example:22/", "these are used: 80, 443, 8080, 8443"),
        ("url", "https://paper.example:99999999/", "valid URL"),
        ("claims", "no id", "not all ids"),
        ("claims", "00000000-0000-0000-0000-000000000000", "There is no claim"),
        ("types", "whatever", "valid choice"),
        ("name", "", "required"),
    ],
)
def test_what_is_wrong_is_said_beside_what_was_typed(field: str, value: str, told: str) -> None:
    shown = add(root(), **{field: value})
    assert told in text(shown)
    assert not Subscription.objects.exists()
    typed = " ".join(page(shown).xpath("//input/@value | //textarea/text()"))
    assert field == "types" or value in typed


def test_a_new_secret_is_shown_once_and_the_old_one_signs_along() -> None:
    client, row = root(), made()
    (secret,) = page(client.post(at(row), {"verb": "rotate"})).xpath("//*[@id='secret']")
    rotated = Subscription.objects.get()
    assert (rotated.secret, rotated.old_secret) == (secret.text, row.secret)


def test_a_webhook_is_paused_and_resumed_with_a_word_on_who_did() -> None:
    client, row = root(), made()
    assert "keeps its place" in said(client.post(at(row), {"verb": "pause"}, follow=True))[0]
    assert "Paused by Root Diallo." in text(client.get(at(row)))
    assert "Paused by Root Diallo." in text(client.get(HOOKS))
    client.post(at(row), {"verb": "resume"})
    row.refresh_from_db()
    assert row.stopped_at is None


def test_a_test_message_waits_to_be_sent() -> None:
    client, row = root(), made()
    assert "on its way" in said(client.post(at(row), {"verb": "test"}, follow=True))[0]
    assert (Delivery.objects.get().kind, Delivery.objects.get().state) == ("test", "waiting")
    assert client.post(at(row), {"verb": "nonsense"}).status_code == 400


def test_an_editor_and_an_auditor_look_on_and_a_reviewer_sees_none_of_it() -> None:
    row = made(name=EVIL)
    for group in ("Editor", "Auditor"):
        client = browser(group, name=group)
        assert EVIL in text(client.get(HOOKS))
        assert client.get(at(row)).status_code == 200
        for verb in ("rotate", "pause", "resume", "test", "change"):
            assert client.post(at(row), {**GOOD, "verb": verb}).status_code == 403
        assert client.get(f"{HOOKS}add/").status_code == 403
        assert client.get(LOG).status_code == 200
    reviewer = browser("Reviewer")
    assert {reviewer.get(address).status_code for address in (HOOKS, at(row), LOG)} == {403}


def test_who_is_no_superuser_keeps_only_their_own() -> None:
    client, other = browser("Editor", name="jeanne"), made()
    jeanne = User.objects.get(username="jeanne")
    for right in ("add_subscription", "change_subscription"):
        jeanne.user_permissions.add(Permission.objects.get(codename=right))
    add(client, owner="root")
    assert Subscription.objects.count() == 1
    add(client, owner="jeanne")
    mine = Subscription.objects.exclude(pk=other.pk).get()
    assert client.post(at(other), {"verb": "pause"}).status_code == 403
    assert client.post(at(mine), {"verb": "pause"}).status_code == 302
    for row in (other, mine):
        webhooks.test(row, at=AT)
    Delivery.objects.update(state="failed")
    chosen = [str(one.pk) for one in Delivery.objects.all()]
    sent = {"action": "send_again", "_selected_action": chosen}
    assert said(client.post(LOG, sent, follow=True))[-1] == "1 message is sent again."
    assert Delivery.objects.get(state="waiting").subscription == mine


def test_the_log_is_filtered_and_searched_and_its_queries_do_not_grow() -> None:
    client, row = root(), made()
    claim = recorded()
    say(claim, corroborated(2), build.disputed(3))
    deliveries.collect(at=AT)
    first = Delivery.objects.order_by("id").first()
    assert first
    deliveries.delivered(first, "200 OK", at=AT)
    assert "200 OK" in text(client.get(LOG))
    assert "200 OK" not in text(client.get(LOG, {"state": "waiting"}))
    assert text(client.get(LOG, {"kind": "disputed"})).count(str(claim)[:8]) == 1
    assert text(client.get(LOG, {"q": str(claim)})).count(str(claim)[:8]) == 3
    assert text(client.get(LOG, {"q": "nothing"})).count(str(claim)[:8]) == 0
    assert "200 OK" in text(client.get(f"{LOG}{first.pk}/change/"))
    assert "200 OK" in text(client.get(at(row)))
    costs = []
    for number in range(4, 8):
        say(claim, corroborated(number))
        deliveries.collect(at=AT)
        with CaptureQueriesContext(connection) as ran:
            client.get(LOG)
        costs.append(len(ran))
    assert len(set(costs)) == 1


def test_a_delivery_is_neither_edited_nor_deleted() -> None:
    client = root()
    one = webhooks.test(made(), at=AT)
    assert client.post(f"{LOG}{one.pk}/change/", {"state": "x"}).status_code == 403
    assert client.post(f"{LOG}{one.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.get(f"{LOG}add/").status_code == 403


def test_a_webhook_may_hear_of_one_story_only() -> None:
    story = Story.objects.create(name="The election")
    client = root()
    add(client, stories=[story.pk])
    row = Subscription.objects.get()
    assert row.stories == [story.pk]
    shown = page(client.get(f"/admin/claims/subscription/{row.pk}/change/"))
    (box,) = shown.xpath("//input[@name='stories']")
    assert box.get("checked") is not None
