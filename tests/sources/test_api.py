"""What a client sends in as a document, what it is told, and what it may not send."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sources.models import Document, Version
from tests.client import API, client, problem, wrong

pytestmark = pytest.mark.django_db
DOCUMENTS = f"{API}/documents/"


@pytest.fixture
def sender() -> Client:
    return client("Reviewer", name="sender")


@pytest.fixture(autouse=True)
def _no_nudges(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here is committed, so that no worker is to be told of it."""
    monkeypatch.setattr("sources.nudge.send", lambda document: None)


def send(sender: Client, body: Any, **headers: str) -> Any:
    return sender.post(DOCUMENTS, body, content_type="application/json", headers=headers)


def upload(sender: Client, body: bytes, name: str = "article.txt", **fields: str) -> Any:
    return sender.post(DOCUMENTS, {"file": SimpleUploadedFile(name, body), **fields})


def test_a_text_is_taken_and_its_address_tells_how_far_reading_has_come(sender: Client) -> None:
    response = send(sender, {"text": "Le pont est fermé.", "title": "Au port"})

    assert response.status_code == 202
    body = response.json()
    assert response["Location"] == f"{DOCUMENTS}{body['id']}/"
    assert (body["state"], body["reason"]) == ("waiting", "")
    assert sender.get(response["Location"]).json() == body
    kept = Version.objects.get(document=UUID(body["id"]))
    assert bytes(kept.body).decode() == "Au port\n\nLe pont est fermé."
    assert Document.objects.get().received_by == "sender"


def test_an_address_is_taken_before_anybody_has_fetched_it(sender: Client) -> None:
    response = send(sender, {"url": "https://paper.example/bridge"})

    assert response.status_code == 202
    assert response.json()["url"] == "https://paper.example/bridge"
    assert response.json()["versions"] == []


def test_a_file_is_kept_as_it_came(sender: Client) -> None:
    response = upload(sender, b"Le pont.\r\n", url="https://paper.example/bridge")

    assert response.status_code == 202
    body = response.json()
    assert (body["filename"], body["url"]) == ("article.txt", "https://paper.example/bridge")
    assert bytes(Version.objects.get().body) == b"Le pont.\r\n"


def test_the_same_bytes_are_the_same_document(sender: Client) -> None:
    first = upload(sender, b"Le pont.")
    again = upload(sender, b"Le pont.", "copy.txt")

    assert (first.status_code, again.status_code) == (202, 200)
    assert again.json()["id"] == first.json()["id"]
    assert again["Location"] == first["Location"]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({}, "Nothing was sent"),
        ({"text": "  "}, "empty"),
        ({"url": "ftp://paper.example/"}, "web address"),
        ({"url": "https://paper.example/" + "é" * 1500}, "web address"),
        ({"url": "https://me:secret@paper.example/"}, "password"),
    ],
)
def test_what_the_desk_does_not_take_it_refuses_with_the_reason(
    sender: Client, body: dict[str, str], why: str
) -> None:
    response = send(sender, body)

    assert why in problem(response, 422, "unacceptable-document")["detail"]
    assert not Document.objects.exists()


def test_an_empty_file_is_refused_with_the_reason(sender: Client) -> None:
    detail = problem(upload(sender, b""), 422, "unacceptable-document")["detail"]
    assert detail == "The file is empty."


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ([], ""),
        ('"text"', ""),
        ("5", ""),
        ({"url": [], "text": "Le pont."}, "/url"),
        ({"text": ["Le pont."]}, "/text"),
        ({"text": "Le pont.", "titel": "Au port"}, "/titel"),
        ({"text": "Le pont.", "a/b~c": 1}, "/a~1b~0c"),
        ({"title": "Au port"}, "/title"),
        ({"text": "Le\0pont."}, "/text"),
    ],
)
def test_json_of_another_shape_is_refused_with_the_place(
    sender: Client, body: Any, place: str
) -> None:
    assert wrong(send(sender, body), place)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null and void",
        b'{"text": "\xff\xfe"}',
        b'{"text": "\\ud800"}',
        b'{"text": NaN}',
        b'{"text": 1e999}',
        b"9" * 10_000,
        b"[" * 10_000,
        b'{"a":' * 10_000,
        b"[" * 200_000,
    ],
    ids=lambda body: body[:12].decode("latin-1"),
)
def test_a_body_that_is_no_json_is_refused_and_breaks_nothing(sender: Client, body: bytes) -> None:
    response = send(sender, body)

    if body:
        problem(response, 400, "invalid-request")
    else:
        problem(response, 422, "unacceptable-document")


def test_a_file_missing_from_a_form_is_named(sender: Client) -> None:
    assert wrong(sender.post(DOCUMENTS, {"url": "https://paper.example/"}), "/file")


def test_a_document_that_is_too_large_is_refused_before_it_is_read(
    sender: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MAX_DOCUMENT_BYTES = 1000

    def read(*_: Any) -> None:
        raise AssertionError("the body was read")

    monkeypatch.setattr("django.http.request.HttpRequest.read", read)
    monkeypatch.setattr("django.http.request.HttpRequest._load_post_and_files", read)

    detail = problem(upload(sender, b"x" * 100_000), 413, "too-large")["detail"]
    assert "1000" in detail


def test_a_file_just_over_the_limit_is_too_large_all_the_same(
    sender: Client, settings: Any
) -> None:
    settings.MAX_DOCUMENT_BYTES = 1000

    assert upload(sender, b"x" * 1000).status_code == 202
    problem(upload(sender, b"y" * 1001), 413, "too-large")


def test_a_json_body_has_its_own_limit_and_says_it(sender: Client, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000

    detail = problem(send(sender, {"text": "x" * 1000}), 413, "too-large")["detail"]
    assert "1,000 bytes" in detail
    assert "as a file" in detail


def test_a_body_without_a_length_is_refused(sender: Client) -> None:
    for header in ({"Transfer-Encoding": "chunked"}, {"Content-Length": "many"}):
        response = send(sender, {"text": "Le pont."}, **header)
        problem(response, 411, "length-required")


def test_a_body_of_another_type_is_refused(sender: Client) -> None:
    response = sender.post(DOCUMENTS, "text", content_type="text/csv")

    problem(response, 415, "unsupported-media-type")


def test_sending_takes_a_permission_and_reading_only_a_key() -> None:
    auditor = client("Auditor")

    told = problem(send(auditor, {"text": "Le pont."}), 403, "forbidden")["detail"]
    assert "sources.add_document" in told
    assert auditor.get(DOCUMENTS).status_code == 200
    problem(send(Client(), {"text": "Le pont."}), 401, "unauthenticated")


def test_what_is_sent_without_the_slash_is_not_lost_in_a_redirect(sender: Client) -> None:
    response = sender.post(DOCUMENTS.rstrip("/"), {"text": "Le pont."}, "application/json")

    assert "slash" in problem(response, 404, "not-found")["detail"]


def test_the_documents_are_listed_the_last_first_at_the_same_cost(
    sender: Client, django_assert_num_queries: Any
) -> None:
    for number in range(5):
        upload(sender, f"Article {number}".encode(), f"{number}.txt")

    for limit in (1, 5):
        with django_assert_num_queries(3):  # the key, the page, the versions
            rows = sender.get(DOCUMENTS, {"limit": limit}).json()["results"]
        assert [row["filename"] for row in rows] == [f"{n}.txt" for n in range(4, 4 - limit, -1)]


def test_a_document_is_never_sent_back_with_its_bytes(sender: Client) -> None:
    address = upload(sender, b"Le pont.")["Location"]

    (version,) = sender.get(address).json()["versions"]
    assert set(version) == {
        "number", "sha256", "content_type", "captured_at", "reader", "about", "removed_at",
        "removed_because",
    }  # fmt: skip
    assert version["about"] is None


def test_a_document_that_is_unknown_or_asked_for_wrongly_is_a_problem(sender: Client) -> None:
    problem(sender.get(f"{DOCUMENTS}{uuid4()}/"), 404, "not-found")
    problem(sender.get(f"{DOCUMENTS}one/"), 404, "not-found")
    assert wrong(sender.get(DOCUMENTS, {"sate": "read"}), "sate")
    assert wrong(sender.get(DOCUMENTS, {"cursor": "WzAs"}), "cursor")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    body=st.dictionaries(st.sampled_from(["url", "text", "title", "file"]), VALUES) | VALUES,
)
def test_whatever_json_is_sent_the_answer_is_no_server_error(sender: Client, body: Any) -> None:
    response = send(sender, body)

    assert response.status_code in (200, 202, 400, 422)
