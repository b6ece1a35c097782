"""A document that is sent twice under one name is taken once."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client
from django.utils import timezone

from sources import submissions
from sources.models import Document, Source, Submission
from tests.client import API, client, problem, wrong

DOCUMENTS = f"{API}/documents/"


@pytest.fixture
def sender(db: None) -> Client:
    return client("Reviewer")


def send(sender: Client, name: str, **sent: Any) -> Any:
    return sender.post(
        DOCUMENTS, sent, content_type="application/json", headers={"Idempotency-Key": name}
    )


def test_the_same_request_is_done_once_and_answered_as_the_first_time(sender: Client) -> None:
    first = send(sender, "a1", text="Le pont est fermé.")
    again = send(sender, "a1", text="Le pont est fermé.")
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json()["id"] == again.json()["id"]
    assert Document.objects.count() == 1


def test_without_a_name_the_same_bytes_are_one_document_all_the_same(sender: Client) -> None:
    send(sender, "a1", text="Le pont est fermé.")
    other = send(sender, "a2", text="Le pont est fermé.")
    assert other.status_code == 200


def test_a_name_stands_for_one_document_only(sender: Client) -> None:
    send(sender, "a1", text="Le pont est fermé.")
    problem(send(sender, "a1", text="Le pont est ouvert."), 422, "idempotency-key-reused")
    assert Document.objects.count() == 1


def test_a_file_under_a_name_is_known_by_its_bytes(sender: Client) -> None:
    def post(text: bytes) -> Any:
        sent = {"file": SimpleUploadedFile("a.txt", text, "text/plain")}
        return sender.post(DOCUMENTS, sent, headers={"Idempotency-Key": "f1"})

    assert post(b"Le pont est ferme.").json() == post(b"Le pont est ferme.").json()
    problem(post(b"Le pont est ouvert."), 422, "idempotency-key-reused")


def test_names_belong_to_their_client(sender: Client) -> None:
    send(sender, "a1", text="Le pont est fermé.")
    assert send(client("Reviewer", name="other"), "a1", text="Autre chose.").status_code == 202


def test_a_name_is_free_again_where_its_request_was_refused(sender: Client) -> None:
    problem(send(sender, "a1", url="ftp://paper.example/"), 422, "unacceptable-document")
    assert send(sender, "a1", text="Le pont est fermé.").status_code == 202


@pytest.mark.parametrize("name", ["", " ", "é", "x" * 256, "a b"])
def test_a_name_is_visible_ascii(sender: Client, name: str) -> None:
    assert wrong(send(sender, name, text="Le pont."), "/Idempotency-Key")


def test_a_name_is_kept_for_a_week(sender: Client) -> None:
    send(sender, "a1", text="Le pont est fermé.")
    now = timezone.now()
    assert submissions.forget(at=now + timedelta(days=6)) == 0
    assert submissions.forget(at=now + timedelta(days=8)) == 1


def test_two_that_come_at_once_wait_for_each_other(committed: None) -> None:
    sender, answers = client("Reviewer"), list[Any]()

    def post() -> None:
        answers.append(send(sender, "a1", text="Le pont est fermé."))
        connections.close_all()

    threads = [threading.Thread(target=post) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert Submission.objects.count() == Document.objects.count() == 1


def test_sources_are_listed_and_found_by_what_they_are(sender: Client) -> None:
    agency = Source.objects.create(name="AVP", kind="agency", owner="AVP SA", domain="avp.example")
    Source.objects.create(name="Le Courrier", domain="courrier.example")

    rows = sender.get(f"{API}/sources/").json()["results"]
    assert [row["name"] for row in rows] == ["AVP", "Le Courrier"]
    (found,) = sender.get(f"{API}/sources/", {"kind": "agency"}).json()["results"]
    assert found == sender.get(f"{API}/sources/{agency.pk}/").json()
    problem(sender.get(f"{API}/sources/{agency.pk + 99}/"), 404, "not-found")
    assert wrong(sender.get(f"{API}/sources/", {"kind": "blog"}), "kind")


def test_documents_are_found_by_their_state(sender: Client) -> None:
    send(sender, "a1", text="Le pont est fermé.")
    waiting = sender.get(DOCUMENTS, {"state": "waiting"}).json()["results"]
    assert [row["state"] for row in waiting] == ["waiting"]
    assert sender.get(DOCUMENTS, {"state": "failed"}).json()["results"] == []
    assert wrong(sender.get(DOCUMENTS, {"state": "lost"}), "state")
