"""`manage.py ingest` takes what it is pointed at, says what it could not use, and waits."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from claims.models import Proposal
from sources.models import Document
from tests.conftest import Server

LETTERS = {
    "a.txt": "Le pont d'Arvelle a coûté 12 000 euros à la commune en 1999.",
    "b.html": "<html><body><p>La gare de Bruzac a coûté 13 000 euros en 2001.</p></body></html>",
    "deep/c.txt": "Le port de Corvas a coûté 14 000 euros à la commune en 2003.",
    "deep/.hidden.txt": "Le phare de Dorval a coûté 15 000 euros à la commune en 2005.",
}


@pytest.fixture
def letters(tmp_path: Path) -> Path:
    """A folder with three articles, and one that is hidden."""
    folder = tmp_path / "letters"
    (folder / "deep").mkdir(parents=True)
    for name, text in LETTERS.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def names() -> set[str]:
    return set(Document.objects.values_list("filename", flat=True))


def left_to_a_worker(*what: object) -> set[str]:
    """The names of the documents that are taken in where the command is pointed at these."""
    call_command("ingest", *map(str, what), no_wait=True)
    return names()


@pytest.mark.django_db
def test_a_file(letters: Path) -> None:
    assert left_to_a_worker(letters / "a.txt") == {"a.txt"}


@pytest.mark.django_db
def test_a_folder_with_all_that_is_in_it_and_not_hidden(letters: Path) -> None:
    assert left_to_a_worker(letters) == {"a.txt", "b.html", "c.txt"}


@pytest.mark.django_db
def test_a_pattern(letters: Path) -> None:
    assert left_to_a_worker(f"{letters}/**/*.txt") == {"a.txt", "c.txt"}


@pytest.mark.django_db
def test_a_file_whose_name_looks_like_a_pattern(letters: Path) -> None:
    odd = letters / "note [1].txt"
    odd.write_text(LETTERS["a.txt"], encoding="utf-8")
    assert left_to_a_worker(odd) == {"note [1].txt"}


@pytest.mark.django_db
def test_an_address_waits_to_be_fetched() -> None:
    left_to_a_worker("https://paper.example/bridge")
    assert Document.objects.get().url == "https://paper.example/bridge"


@pytest.mark.django_db
def test_what_is_left_to_a_worker_waits(letters: Path, capsys: pytest.CaptureFixture[str]) -> None:
    left_to_a_worker(letters)
    assert set(Document.objects.values_list("state", flat=True)) == {"waiting"}
    assert "0 of 3 documents are read." in capsys.readouterr().out


@pytest.mark.django_db
def test_the_type_is_guessed_by_the_name_and_the_hand_is_noted(letters: Path) -> None:
    left_to_a_worker(letters / "b.html")
    document = Document.objects.get()
    assert document.received_by == "command:ingest"
    assert document.versions.get().content_type == "text/html"


@pytest.mark.django_db
def test_without_a_worker_the_documents_are_read_here(
    letters: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("ingest", str(letters))
    said = capsys.readouterr()
    assert "No worker answers; reading here." in said.out + said.err
    assert "3 of 3 documents are read." in said.out
    assert Proposal.objects.count() == 3


@pytest.mark.django_db
def test_the_same_twice_is_one_document(letters: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (letters / "copy.txt").write_text(LETTERS["a.txt"], encoding="utf-8")
    for _ in range(2):
        call_command("ingest", str(letters / "a.txt"), str(letters / "copy.txt"))
        assert "1 of 1 documents are read." in capsys.readouterr().out
    assert Document.objects.count() == 1


@pytest.mark.django_db
def test_whatever_cannot_be_used_is_a_line_each_and_the_others_are_read(
    letters: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (letters / "empty.txt").touch()
    (letters / "program.txt").write_bytes(b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 20)

    with pytest.raises(CommandError, match=r"^3 could not be read") as refused:
        call_command("ingest", str(letters), str(letters / "absent.txt"))

    said = capsys.readouterr()
    assert refused.value.returncode == 1
    assert f"{letters / 'empty.txt'}: The file is empty." in said.err
    assert f"{letters / 'absent.txt'}: No such file or directory" in said.err
    assert "program.txt: This is a binary file, not a text" in said.err
    assert "3 of 6 documents are read." in said.out


@pytest.mark.django_db
def test_an_address_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CommandError):
        call_command("ingest", "https://:80/")
    assert "https://:80/: This is no web address" in capsys.readouterr().err


@pytest.mark.django_db
def test_an_empty_folder_is_said_to_hold_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("ingest", str(tmp_path))
    assert "0 of 0 documents are read." in capsys.readouterr().out


@pytest.mark.django_db
def test_a_file_too_large_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with (tmp_path / "large.txt").open("wb") as file:
        file.truncate(200 * 10**6)
    monkeypatch.setattr(Path, "read_bytes", lambda self: pytest.fail("it was read"))
    with pytest.raises(CommandError):
        call_command("ingest", str(tmp_path))
    assert "The file has 200 MB; at most 26 MB are taken." in capsys.readouterr().err


@pytest.mark.slow
def test_a_worker_that_answers_does_the_reading(
    worker: Server,
    letters: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("tracker.reading.ingest", lambda *_, **__: pytest.fail("it read here"))
    call_command("ingest", str(letters))
    assert "3 of 3 documents are read." in capsys.readouterr().out
