"""Taking a version down: all of it, once, and the tombstone never changes again."""

import hashlib
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from sources import intake
from sources.models import Document, Passage, Version
from tests.claims.build import AT
from tests.claims.desk.screens import browser, page, text

pytestmark = pytest.mark.django_db
BODY = b"Zinedine habite au 4, rue du Port."


def read(body: bytes = BODY, url: str = "") -> Version:
    """A version that was read, with one passage."""
    document = intake.receive(by="ada", at=AT, body=body, url=url).document
    version = intake.newest(document)
    assert version
    said = body.decode()
    passage = Passage(
        version=version, number=0, start=0, end=len(said), kind="statement", hedged=False,
        negated=False, checkworthy=0.9,
    )  # fmt: skip
    outcome = intake.Outcome(
        text=said, matcher="rules/2",
        reader="reader/1", outlet="Paper", title="Zinedine", language="fr",
        published_at=None, origin="Paper", origin_because="", passages=[passage],
    )  # fmt: skip
    assert intake.finish(version, outcome, at=AT)
    version.refresh_from_db()
    return version


def test_bytes_text_and_passages_go_and_the_tombstone_stays() -> None:
    version = read()

    intake.take_down(version.sha256, because="Ruling 12/26.", at=AT)

    version.refresh_from_db()
    assert (bytes(version.body), version.text) == (b"", "")
    assert (version.sha256, version.number) == (hashlib.sha256(BODY).hexdigest(), 1)
    assert (version.removed_at, version.removed_because) == (AT, "Ruling 12/26.")
    assert not Passage.objects.exists()
    assert Document.objects.get().title == ""
    assert "Zinedine" not in repr([*Document.objects.values(), *Version.objects.values()])


def test_the_same_bytes_are_not_taken_in_again() -> None:
    version = read()
    intake.take_down(version.sha256, because="Ruling 12/26.", at=AT)
    again = intake.receive(by="ada", at=AT, body=BODY)
    assert (again.new, again.document) == (False, version.document)
    assert Version.objects.get().text == ""


def test_taking_down_twice_is_done_once_and_the_first_reason_stays() -> None:
    version = read()
    for because in ("First.", "Second."):
        intake.take_down(version.sha256, because=because, at=AT)
    assert Version.objects.get().removed_because == "First."


def test_a_title_stays_while_another_version_does() -> None:
    first = read(url="https://paper.example/a")
    read(b"La suite.", url="https://paper.example/a")
    intake.take_down(first.sha256, because="Ruling 12/26.", at=AT)
    assert Document.objects.get().title == "Zinedine"


def test_what_still_waits_to_be_read_is_not_read_any_more() -> None:
    document = intake.receive(by="ada", at=AT, body=BODY).document
    version = intake.newest(document)
    assert version
    intake.take_down(version.sha256, because="Ruling 12/26.", at=AT)
    document.refresh_from_db()
    assert (document.state, document.reason) == ("failed", "It was taken down before it was read.")


@pytest.mark.parametrize("because", ["", "  "])
def test_a_reason_is_needed(because: str) -> None:
    version = read()
    with pytest.raises(ValueError, match="Say why"):
        intake.take_down(version.sha256, because=because, at=AT)
    assert Passage.objects.exists()


GONE = {"body": b"", "text": "", "removed_at": AT, "removed_because": "Ruling."}


@pytest.mark.parametrize(
    "change",
    [
        {"body": b""},
        {"text": ""},
        {"removed_at": AT},
        {"removed_because": "x"},
        {**GONE, "body": b"x"},
        {**GONE, "text": "x"},
        {**GONE, "text": None},
        {**GONE, "removed_because": ""},
        {**GONE, "number": 2},
        {**GONE, "reader": "other"},
        GONE,  # its passages are still there
    ],
)
def test_the_database_itself_lets_nothing_but_the_whole_take_down_pass(
    change: dict[str, Any],
) -> None:
    version = read()
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        Version.objects.filter(sha256=version.sha256).update(**change)


@pytest.mark.parametrize(
    "change",
    [
        {"body": b"x"},
        {"text": "x"},
        {"text": None},
        {"removed_at": None, "removed_because": ""},
        {"removed_because": "x"},
        {"body": BODY, "text": BODY.decode(), "removed_at": None, "removed_because": ""},
    ],
)
def test_the_database_itself_brings_nothing_back(change: dict[str, Any]) -> None:
    version = read()
    intake.take_down(version.sha256, because="Ruling 12/26.", at=AT)
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        Version.objects.filter(sha256=version.sha256).update(**change)


def test_the_page_of_a_version_takes_it_down_for_those_who_may() -> None:
    version = read()
    address = reverse("admin:sources_version_change", args=[version.pk])
    action = reverse("admin:sources_version_take_down", args=[version.pk])
    client: Client = browser("Editor")
    assert "Take this version down" not in text(client.get(address))
    assert client.post(action, {"because": "Ruling."}).status_code == 403
    right = Permission.objects.get(codename="take_down_version")
    User.objects.get(username="amina").user_permissions.add(right)
    assert action in page(client.get(address)).xpath("//form/@action")
    assert client.get(action).status_code == 403

    assert "Say why it is taken down" in text(client.post(action, {"because": ""}, follow=True))
    done = text(client.post(action, {"because": "Ruling 12/26."}, follow=True))

    assert "It was taken down on" in done
    assert "Ruling 12/26." in done
    assert "Zinedine" not in done
    nowhere = reverse("admin:sources_version_take_down", args=["0" * 64])
    assert client.post(nowhere, {"because": "Ruling."}).status_code == 404
