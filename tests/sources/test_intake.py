"""A document's way in and through: the same bytes once, every version kept, nothing lost."""

import hashlib
import logging
import random
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from celery import current_app
from django.db import DatabaseError, transaction
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from sources import acceptance, intake, nudge
from sources.intake import Outcome, Received, Unacceptable, receive
from sources.models import Document, Passage, Source, Version
from tests.claims.build import AT, at_once

BODY = b"<p>Le compte a 80 000 abonnes.</p>"
URL = "https://courrier.example/compte"


def take(body: bytes | None = BODY, url: str = "", **changes: Any) -> Received:
    return receive(**{"by": "user:1", "at": AT, "body": body, "url": url, **changes})


def outcome(version: Version, **changes: Any) -> Outcome:
    passage = Passage(
        version=version, number=0, start=0, end=9, kind="statement", language="fr",
        hedged=False, negated=False, checkworthy=0.7, because=["a figure"],
    )  # fmt: skip
    fields: dict[str, Any] = {
        "text": "Le compte a 80 000 abonnés.",
        "reader": "reader/1",
        "outlet": "Le Courrier",
        "title": "Un compte",
        "language": "fr",
        "published_at": AT,
        "origin": "AFP",
        "origin_because": "credit",
        "matcher": "rules/2",
        "passages": [passage],
    }
    return Outcome(**{**fields, **changes})


def version_of(document: Document) -> Version:
    version = intake.newest(document)
    assert version is not None
    return version


def finish(version: Version, **changes: Any) -> bool:
    with transaction.atomic():
        return intake.finish(version, outcome(version, **changes), at=AT)


@pytest.fixture
def nudges(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The documents that the workers were told of."""
    sent: list[str] = []

    def send_task(name: str, *, kwargs: dict[str, str], **_: Any) -> None:
        assert name == "workers.read_document"
        sent.append(kwargs["document"])

    monkeypatch.setattr(current_app, "send_task", send_task)
    return sent


# Received


@pytest.mark.django_db
def test_a_file_is_kept_as_it_came_and_waits_to_be_read() -> None:
    received = take(filename="compte.html", content_type="text/html")
    assert received.new
    document = received.document
    assert (document.state, document.filename, document.url) == ("waiting", "compte.html", "")
    assert (document.received_by, document.received_at) == ("user:1", AT)
    version = version_of(document)
    assert version.sha256 == hashlib.sha256(BODY).hexdigest()
    assert (bytes(version.body), version.number, version.text) == (BODY, 1, None)
    assert version.content_type == "text/html"


@pytest.mark.django_db
def test_the_same_bytes_are_kept_once_whatever_they_are_called() -> None:
    first = take(filename="a.html")
    again = take(filename="b.html", url=URL)
    assert (again.new, again.document) == (False, first.document)
    assert Document.objects.count() == Version.objects.count() == 1


@pytest.mark.django_db
def test_an_address_is_one_document_however_often_it_is_sent() -> None:
    first, again = take(None, URL), take(None, URL)
    assert (first.new, again.new) == (True, False)
    assert first.document == again.document
    assert intake.newest(first.document) is None


@pytest.mark.django_db
def test_other_bytes_for_an_address_are_the_next_version_of_it() -> None:
    document = take(BODY, URL).document
    finish(version_of(document))
    second = take(b"<p>Le compte a 61 000 abonnes.</p>", URL)
    assert second.document.id == document.id
    assert [v.number for v in document.versions.order_by("number")] == [1, 2]
    assert bytes(version_of(document).body).startswith(b"<p>Le compte a 61")
    assert second.document.state == "waiting"  # The correction is still to be read.


@pytest.mark.django_db
def test_bytes_sent_for_an_address_that_waits_are_its_first_version() -> None:
    document = take(None, URL).document
    assert take(BODY, URL).document == document
    assert version_of(document).number == 1


@pytest.mark.django_db
def test_other_bytes_for_a_document_that_failed_are_a_new_try() -> None:
    document = take(BODY, URL).document
    intake.fail(document, "No text was found.", at=AT)
    again = take(b"<p>Le compte.</p>", URL).document
    assert (again.state, again.reason, again.attempts) == ("waiting", "", 0)


@pytest.mark.parametrize("body", [b"", b" \n\t\r "])
def test_an_empty_file_is_refused(body: bytes) -> None:
    with pytest.raises(Unacceptable, match=r"^The file is empty\.$"):
        take(body)


def test_nothing_at_all_is_refused() -> None:
    with pytest.raises(Unacceptable, match="give a file, a text or an address"):
        take(None)


def test_a_file_that_is_too_large_is_refused_and_says_what_to_send(
    settings: Settings,
) -> None:
    settings.MAX_DOCUMENT_BYTES = 25_000_000
    with pytest.raises(Unacceptable, match=r"has 26 MB; at most 25 MB are taken\. Send"):
        take(b"x" * 26_000_000)


@pytest.mark.django_db
def test_a_file_of_just_the_largest_size_is_taken(settings: Settings) -> None:
    settings.MAX_DOCUMENT_BYTES = 1000
    assert take(b"x" * 1000).new
    with pytest.raises(Unacceptable):
        take(b"y" * 1001)


@pytest.mark.parametrize(
    "url",
    [
        "courrier.example/compte",
        "ftp://courrier.example/compte",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://",
        "https:///compte",
        "https://[::1",
        "http:courrier.example",
        "https://courrier.example/" + "x" * 2000,
        "https://courrier.example/" + "é" * 1500,
        "https://courrier.example/a b",
        "https://courrier.example/a\nb",
        "https://courrier.example/\0",
        " https://courrier.example/",
        "https://courrier.example:port/",
        "https://" + "x" * 300 + ".example/",
    ],
)
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(Unacceptable, match=r"begin with https:// or http://\.$"):
        take(None, url)


@pytest.mark.parametrize("url", ["https://ada:secret@courrier.example/", "https://ada@x.example/"])
def test_an_address_with_a_password_is_refused_before_it_is_kept(url: str) -> None:
    with pytest.raises(Unacceptable, match="holds a user name or password; send it without"):
        take(None, url)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "url",
    [
        "http://courrier.example",
        "HTTPS://Courrier.Example/Compte?a=1&b=2#c",
        "https://courrier.example:8443/é",
        "http://[2001:db8::1]/",
    ],
)
def test_a_web_address_is_taken(url: str) -> None:
    assert take(None, url).document.url == url


@given(st.text(max_size=40).map(lambda text: f"https://{text}") | st.text(max_size=40))
def test_an_address_is_taken_or_refused_in_a_sentence(url: str) -> None:
    try:
        acceptance.check(None, url)
    except Unacceptable as refused:
        said = str(refused)
    else:
        said = "Taken." if url.isprintable() else ""
    assert said.endswith(".")


@pytest.mark.django_db
def test_the_longest_address_can_be_kept_however_odd_its_letters() -> None:
    letters = random.Random(1).choices([chr(n) for n in range(0x4E00, 0x9FFF)], k=650)
    url = "https://courrier.example/" + "".join(letters)
    assert len(url.encode()) < 2000
    assert take(None, url).new


@pytest.mark.django_db
def test_a_content_type_of_any_length_does_not_stop_a_document() -> None:
    document = take(BODY, URL, content_type="text/html; " + "x" * 300).document
    assert version_of(document).content_type.startswith("text/html; ")


@pytest.mark.django_db
def test_a_file_name_with_a_nul_does_not_stop_a_document() -> None:
    assert take(BODY, filename="compte\0.html").document.filename == "compte.html"


# At the same moment


@pytest.mark.parametrize("url", ["", URL])
def test_the_same_bytes_from_eight_at_once_are_one_document(committed: None, url: str) -> None:
    results = at_once(*[partial(take, BODY, url)] * 8)
    received = [result for result in results if isinstance(result, Received)]
    assert len(received) == 8
    assert len({one.document.id for one in received}) == 1
    assert sum(one.new for one in received) == 1
    assert Document.objects.count() == Version.objects.count() == 1


def test_the_same_address_from_eight_at_once_is_one_document(committed: None) -> None:
    results = at_once(*[partial(take, None, URL)] * 8)
    received = [result for result in results if isinstance(result, Received)]
    assert len(received) == 8
    assert Document.objects.count() == 1


def test_eight_versions_of_an_address_at_once_are_numbered_one_to_eight(committed: None) -> None:
    bodies = [f"<p>{number}</p>".encode() for number in range(8)]
    results = at_once(*[partial(take, body, URL) for body in bodies])
    assert all(isinstance(result, Received) for result in results)
    (document,) = Document.objects.all()
    assert sorted(document.versions.values_list("number", flat=True)) == list(range(1, 9))


# Captured: versions never change


@pytest.mark.django_db
def test_capturing_what_is_kept_already_changes_nothing() -> None:
    document = take(BODY, URL).document
    version = intake.capture(document, BODY, content_type="text/plain", at=AT)
    assert (version, version.content_type) == (version_of(document), "")
    assert document.versions.count() == 1


@pytest.mark.django_db
def test_bytes_that_stand_under_another_address_are_refused_with_that_address() -> None:
    take(BODY, URL)
    mirror = take(None, "https://mirror.example/compte").document
    with pytest.raises(Unacceptable, match=URL):
        intake.capture(mirror, BODY, content_type="text/html", at=AT)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        {"body": b"other"},
        {"captured_at": AT + timedelta(days=1)},
        {"number": 9},
        {"text": "Le compte a 61 000 abonnés."},
        {"text": None},
    ],
)
def test_the_database_itself_keeps_a_version_as_it_was(change: dict[str, Any]) -> None:
    version = version_of(take(BODY, URL).document)
    finish(version)
    rows = Version.objects.filter(sha256=version.sha256)
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        rows.update(**change)
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        rows.delete()


@pytest.mark.django_db
def test_the_database_itself_keeps_a_version_with_its_document_and_digest() -> None:
    version = version_of(take(BODY, URL).document)
    other = take(b"other").document
    for change in ({"document": other}, {"sha256": "0" * 64}):
        with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
            Version.objects.filter(sha256=version.sha256).update(**change)


# Finished


@pytest.mark.django_db
def test_what_was_read_is_kept_with_its_version_and_its_document() -> None:
    document = take(BODY, URL).document
    assert finish(version_of(document))
    document.refresh_from_db()
    version = version_of(document)
    assert (version.text, version.reader) == ("Le compte a 80 000 abonnés.", "reader/1")
    assert (document.state, document.title, document.origin) == ("read", "Un compte", "AFP")
    assert document.finished_at == AT
    assert version.passages.count() == 1
    assert document.source == Source.objects.get(domain="courrier.example")
    assert intake.begin(document.id, at=AT) is None


@pytest.mark.django_db
def test_finishing_twice_keeps_the_first_and_no_passage_twice() -> None:
    version = version_of(take(BODY, URL).document)
    assert finish(version)
    assert not finish(version, title="Autrement")
    assert version.passages.count() == 1
    assert Document.objects.get().title == "Un compte"


@pytest.mark.django_db
def test_a_document_that_failed_meanwhile_is_not_finished() -> None:
    document = take(BODY, URL).document
    intake.fail(document, "No text was found.", at=AT)
    assert not finish(version_of(document))
    assert Document.objects.get().state == "failed"


@pytest.mark.django_db
def test_a_version_that_came_while_an_older_one_was_read_is_still_to_be_read() -> None:
    document = take(BODY, URL).document
    older = version_of(document)
    take(b"<p>Le compte a 61 000 abonnes.</p>", URL)
    assert not finish(older)
    assert intake.begin(document.id, at=AT) == document
    assert finish(version_of(document), text="Le compte a 61 000 abonnés.")
    assert intake.begin(document.id, at=AT) is None


def test_two_workers_that_finish_at_once_keep_one_reading(committed: None) -> None:
    version = version_of(take(BODY, URL).document)
    results = at_once(*[partial(finish, version)] * 4)
    assert sorted(map(bool, results)) == [False, False, False, True]
    assert Passage.objects.count() == 1


@pytest.mark.django_db
def test_an_outlet_is_known_by_its_domain_else_by_its_name() -> None:
    known = Source.objects.create(name="Le Grand Courrier", domain="courrier.example")
    document = take(BODY, "https://www.courrier.example/compte").document
    finish(version_of(document))
    assert Document.objects.get(id=document.id).source == known
    upload = take(b"other").document
    finish(version_of(upload), outlet="Le Matin")
    source = Document.objects.get(id=upload.id).source
    assert source is not None
    assert (source.name, source.domain) == ("Le Matin", "")
    nameless = take(b"nameless").document
    finish(version_of(nameless), outlet="")
    assert Document.objects.get(id=nameless.id).source is None


# Nudged, tried, failed


@pytest.mark.django_db
def test_the_workers_are_told_after_the_row_is_committed_and_not_before(
    nudges: list[str],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        document = take().document
        assert nudges == []
    assert nudges == [str(document.id)]


def test_a_broker_that_is_down_does_not_stop_a_document(
    committed: None, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    nudge.broker.cache_clear()
    with caplog.at_level(logging.WARNING):
        received = take()
    nudge.broker.cache_clear()
    assert received.new
    assert Document.objects.get().state == "waiting"
    assert "beat will send it again" in caplog.text


@pytest.mark.django_db
def test_only_documents_that_wait_too_long_are_nudged_again(nudges: list[str]) -> None:
    def document(state: str, nudged: timedelta | None) -> str:
        made = Document.objects.create(
            id=uuid4(), state=state, received_by="user:1", received_at=AT,
            nudged_at=None if nudged is None else AT - nudged,
        )  # fmt: skip
        return str(made.id)

    late = document("waiting", timedelta(seconds=61))
    never = document("waiting", None)
    document("waiting", timedelta(seconds=60))
    document("waiting", timedelta(seconds=1))
    document("read", timedelta(days=1))
    document("failed", timedelta(days=1))
    ahead = document("waiting", -timedelta(hours=1))  # by a clock that was set back since
    document("waiting", -timedelta(seconds=60))
    assert intake.nudge_forgotten(at=AT) == 3
    assert set(nudges) == {late, never, ahead}
    assert intake.nudge_forgotten(at=AT) == 0


@pytest.mark.django_db
def test_a_document_that_is_begun_five_times_fails_with_a_sentence() -> None:
    document = take().document
    for attempt in range(1, 6):
        begun = intake.begin(document.id, at=AT)
        assert begun is not None
        assert begun.attempts == attempt
    assert intake.begin(document.id, at=AT) is None
    document.refresh_from_db()
    assert (document.state, document.attempts) == ("failed", 5)
    assert document.reason.startswith("Reading was begun 5 times and never finished;")
    assert document.reason.endswith(".")


@pytest.mark.django_db
def test_a_document_that_is_being_read_is_not_nudged_meanwhile(nudges: list[str]) -> None:
    document = take().document
    later = AT + timedelta(minutes=5)
    intake.begin(document.id, at=later)
    assert intake.nudge_forgotten(at=later) == 0


@pytest.mark.django_db
def test_a_failed_document_is_put_back_with_all_its_attempts(
    nudges: list[str],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    document = take().document
    Document.objects.update(attempts=5)
    document.refresh_from_db()
    intake.fail(document, "It is damaged.", at=AT)
    nudges.clear()
    with django_capture_on_commit_callbacks(execute=True):
        intake.retry(document, at=AT)
    document.refresh_from_db()
    assert (document.state, document.reason, document.attempts) == ("waiting", "", 0)
    assert document.finished_at is None
    assert nudges == [str(document.id)]


@pytest.mark.django_db
def test_a_failure_says_nothing_of_the_version_that_came_meanwhile() -> None:
    document = take(url="https://paper.example/a").document
    begun = intake.begin(document.id, at=AT)
    assert begun is not None
    take(b"Another text altogether.", url="https://paper.example/a")
    intake.fail(begun, "The first version is damaged.", at=AT)
    assert Document.objects.get().state == "waiting"


@pytest.mark.django_db
def test_a_document_that_was_read_does_not_fail_afterwards() -> None:
    document = take().document
    finish(version_of(document))
    intake.fail(document, "Too late.", at=AT)
    assert Document.objects.get().state == "read"
