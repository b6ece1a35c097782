"""Web archives: the pages that somebody else captured come in with the time of their capture."""

import gzip
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from sources import archive, intake
from sources.archive import Imported
from sources.models import Document, Version
from tests.workers.test_ingest import AT
from workers.ingest import ingest

pytestmark = [
    pytest.mark.django_db,
    # The library that writes archives leaves its temporary files to be collected.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
CAPTURED = datetime(2026, 3, 1, 8, tzinfo=UTC)


def html(said: str) -> bytes:
    return f"<html><body><article><p>{said}</p></article></body></html>".encode()


class Archive:
    """A web archive in memory."""

    def __init__(self) -> None:
        self.file = BytesIO()
        self.writer = WARCWriter(self.file, gzip=True)

    def add(
        self,
        url: str,
        body: bytes,
        *,
        kind: str = "response",
        status: str = "200 OK",
        at: datetime = CAPTURED,
        **headers: str,
    ) -> None:
        said = {"Content-Type": "text/html", **{k.replace("_", "-"): v for k, v in headers.items()}}
        http: Any = StatusAndHeaders(status, list(said.items()), protocol="HTTP/1.1")
        record = self.writer.create_warc_record(
            url,
            kind,
            payload=BytesIO(body),
            http_headers=http,
            warc_headers_dict={"WARC-Date": at.strftime("%Y-%m-%dT%H:%M:%SZ")},
        )
        self.writer.write_record(record)


def take_in(made: Archive) -> Imported:
    made.file.seek(0)
    return list(archive.take_in(made.file, by="test", at=AT))[-1]


def test_a_page_comes_in_with_its_address_and_the_time_of_its_capture() -> None:
    made = Archive()
    made.add("https://gazette.example/pont", html("Le pont de Brize a coûté 84 000 euros en 2025."))
    (document,) = take_in(made).documents
    ingest(document, at=AT)
    version = Version.objects.get()
    assert version.document.url == "https://gazette.example/pont"
    assert (version.captured_at, version.document.received_at) == (CAPTURED, AT)
    assert "84 000" in (version.text or "")


def test_what_is_no_page_is_counted_by_its_reason() -> None:
    made = Archive()
    made.add("https://gazette.example/a", b"GET / HTTP/1.1\r\n\r\n", kind="request")
    made.add("https://gazette.example/gone", b"no", status="404 Not Found")
    made.add("https://gazette.example/p.png", b"\x89PNG", Content_Type="image/png")
    made.add("https://a:b@gazette.example/x", html("Une adresse avec son mot de passe dedans."))
    done = take_in(made)
    assert done.passed_over == {"request records": 1, "answers 404": 1, "of type image/png": 1}
    assert len(done.refused) == 1
    assert "holds a user name or password" in done.refused[0]
    assert done.documents == []


def test_packed_and_chunked_pages_are_unpacked_and_bombs_are_not(settings: Any) -> None:
    settings.MAX_DOCUMENT_BYTES = 1_000_000
    made, said = Archive(), html("Le quai de Brize a coûté 12 000 euros.")
    packed = gzip.compress(said)
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(packed), packed)
    made.add(
        "https://gazette.example/a", chunked, Content_Encoding="gzip", Transfer_Encoding="chunked"
    )
    bomb = gzip.compress(b"0" * 300_000_000)
    made.add("https://gazette.example/b", bomb, Content_Encoding="gzip")
    done = take_in(made)
    assert bytes(Version.objects.get().body) == said
    assert len(done.refused) == 1
    assert "at most 1 MB" in done.refused[0]


def test_of_an_archive_that_is_cut_off_what_is_whole_comes_in() -> None:
    made = Archive()
    made.add("https://gazette.example/a", html("Le premier pont a coûté 12 000 euros."))
    made.add("https://gazette.example/b", html("Le second pont a coûté 13 000 euros."))
    made.file.truncate(made.file.tell() - 30)
    done = take_in(made)
    assert len(done.documents) == 1
    assert "damaged or cut off before byte" in done.refused[0]


def test_noise_is_refused_with_a_sentence() -> None:
    made = Archive()
    made.file.write(b"no archive at all" * 100)
    done = take_in(made)
    assert done.refused[0].startswith("The archive is damaged or cut off before byte")


def test_an_older_capture_of_a_page_that_is_known_is_kept_and_changes_nothing() -> None:
    url = "https://gazette.example/pont"
    body = html("Le pont de Brize a coûté 90 000 euros en 2025.")
    newer = intake.receive(body=body, url=url, by="test", at=AT)
    ingest(newer.document.id, at=AT)
    made = Archive()
    made.add(url, html("Le pont de Brize a coûté 84 000 euros en 2025."))
    done = take_in(made)
    assert done.passed_over == {"known already": 1}
    document = Document.objects.get()
    assert (document.state, document.versions.count()) == ("read", 2)
    newest = intake.newest(document)
    assert newest
    assert newest.captured_at == AT


def test_the_command_takes_archives_beside_files(tmp_path: Path, capsys: Any) -> None:
    made = Archive()
    made.add("https://gazette.example/pont", html("Le pont de Brize a coûté 84 000 euros en 2025."))
    made.add("https://gazette.example/gone", b"no", status="404 Not Found")
    whole = made.file.getvalue()
    (tmp_path / "press.warc.gz").write_bytes(whole)
    (tmp_path / "note.txt").write_text("La gare de Bruzac a coûté 13 000 euros.", encoding="utf-8")
    call_command("ingest", str(tmp_path), no_wait=True)
    assert Document.objects.count() == 2
    assert "1 pages taken in; passed over: 1 answers 404." in capsys.readouterr().out
    (tmp_path / "press.warc.gz").write_bytes(b"\x00" * 500)
    with pytest.raises(CommandError, match="could not be read"):
        call_command("ingest", str(tmp_path), no_wait=True)
