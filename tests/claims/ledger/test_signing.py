"""The signer's own files and its two commands, one of them as the process that it is."""

import logging
import os
import resource
import stat
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from claims.ledger import signing, tree
from claims.ledger.checkpoint import Refusal, sign_next
from claims.ledger.note import NoteError, Verifier, open_checkpoint
from claims.ledger.signing import Unusable
from tests.claims import build
from tests.claims.ledger.test_checkpoint import EMPTIED, NEW, OLD, ORIGIN, published, rewritten

ROOT = Path(__file__).resolve().parents[3]

pytestmark = pytest.mark.usefixtures("committed")


def test_a_second_key_is_added_to_the_file_and_the_first_stays(tmp_path: Path) -> None:
    path = tmp_path / "signer" / "key"
    first = signing.make_key(path, name=ORIGIN, seed=OLD.seed, add=False)
    second = signing.make_key(path, name=ORIGIN, seed=NEW.seed, add=True)
    assert signing.keys(path) == (first, second) == (OLD, NEW)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_key_is_never_overwritten_and_never_read_where_others_could(tmp_path: Path) -> None:
    path = tmp_path / "key"
    with pytest.raises(Unusable, match=r"no signing key at .*: put the copy that you kept back"):
        signing.keys(path)
    with pytest.raises(Unusable, match="no signing key"):
        signing.make_key(path, name=ORIGIN, seed=NEW.seed, add=True)
    signing.make_key(path, name=ORIGIN, seed=OLD.seed, add=False)
    with pytest.raises(Unusable, match="not overwritten; --add"):
        signing.make_key(path, name=ORIGIN, seed=NEW.seed, add=False)
    assert signing.keys(path) == (OLD,)
    path.chmod(0o640)
    with pytest.raises(Unusable, match="Others can read"):
        signing.keys(path)
    for content in ("", "\n", "PRIVATE+KEY+half", str(OLD.verifier)):
        path.unlink()
        path.write_text(content)
        path.chmod(0o600)
        with pytest.raises(Unusable):
            signing.keys(path)


def test_a_lost_key_is_followed_by_another_that_signs_what_continues_its_last_note(
    tmp_path: Path,
) -> None:
    build.recorded()
    path, memory = tmp_path / "key", tmp_path / "note"
    signing.make_key(path, name=ORIGIN, seed=OLD.seed, add=False)

    def signed() -> bytes:
        found = sign_next(
            origin=ORIGIN, signers=signing.keys(path), former=signing.former(path),
            memory=memory, using="signer",
        )  # fmt: skip
        assert found
        return found.note

    signed()
    path.unlink()
    signing.make_key(path, name=ORIGIN, seed=NEW.seed, add=False)
    with pytest.raises(Refusal, match="If a key was lost, “Operating the signer”"):
        signed()
    with path.open("a") as file:
        file.write(f"{OLD.verifier}\n")
    build.recorded(build.begins(2))
    note = signed()
    assert open_checkpoint(note, origin=ORIGIN, verifiers=[NEW.verifier]).size == 2
    with pytest.raises(NoteError, match="no key that is trusted"):
        open_checkpoint(note, origin=ORIGIN, verifiers=[OLD.verifier])
    signing.make_key(path, name=ORIGIN, seed=bytes(32), add=True)
    assert signing.former(path) == (OLD.verifier,)
    assert len(signing.keys(path)) == 2


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_key_that_was_put_back_by_root_is_said_to_be_of_the_wrong_user(tmp_path: Path) -> None:
    key = tmp_path / "key"
    signing.make_key(key, name=ORIGIN, seed=OLD.seed, add=False)
    tmp_path.chmod(0o755)
    for folder in tmp_path.parents[:2]:
        folder.chmod(0o755)
    os.seteuid(65534)
    try:
        for refused in (
            lambda: signing.keys(key),
            lambda: signing.make_key(
                tmp_path / "new" / "key", name=ORIGIN, seed=NEW.seed, add=False
            ),
            lambda: signing.alone(tmp_path / "note").__enter__(),
        ):
            with pytest.raises(Unusable, match="have to belong to the user that signs"):
                refused()
    finally:
        os.seteuid(0)


def test_a_disk_without_room_leaves_no_half_a_key(tmp_path: Path) -> None:
    """An empty file would be taken for a key that must not be overwritten."""
    key = tmp_path / "key"
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))
    try:
        with pytest.raises(Unusable, match="No key was made"):
            signing.make_key(key, name=ORIGIN, seed=OLD.seed, add=False)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert not key.exists()
    signing.make_key(key, name=ORIGIN, seed=OLD.seed, add=False)
    assert signing.keys(key) == (OLD,)


# The commands


@pytest.fixture
def files(settings: Settings, tmp_path: Path) -> Path:
    """A signer's own folder, of which the settings know."""
    settings.LOG_ORIGIN = ORIGIN
    settings.SIGNING_KEY_FILE = str(tmp_path / "signer" / "key")
    settings.CHECKPOINT_FILE = str(tmp_path / "signer" / "checkpoint")
    return tmp_path / "signer"


def test_the_commands_make_a_key_and_sign_with_it(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("make-signing-key")
    said = capsys.readouterr()
    verifier = Verifier.parse(said.out)
    assert "PRIVATE" not in said.out + said.err
    assert verifier.name == ORIGIN
    with pytest.raises(CommandError, match="not overwritten"):
        call_command("make-signing-key")

    call_command("sign-checkpoints")
    assert tree.newest() is None
    build.recorded()
    call_command("sign-checkpoints")
    call_command("sign-checkpoints")
    assert capsys.readouterr().out == "Signed 1 events.\n"
    assert open_checkpoint(published().note, origin=ORIGIN, verifiers=[verifier]).size == 1


def test_a_refusal_is_loud(
    files: Path, owner_connection: psycopg.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    call_command("make-signing-key")
    build.recorded()
    call_command("sign-checkpoints")
    rewritten(owner_connection, *EMPTIED)
    build.recorded()
    with (
        caplog.at_level(logging.CRITICAL),
        pytest.raises(CommandError, match=r"Nothing is signed: .* a fork") as error,
    ):
        call_command("sign-checkpoints", every=0.1)
    assert error.value.returncode == 2
    loud = [record for record in caplog.records if record.levelno > logging.INFO]
    assert [record.levelname for record in loud] == ["CRITICAL"]
    assert "NOTHING IS SIGNED" in caplog.text


def test_without_a_key_or_beside_another_signer_nothing_is_signed(files: Path) -> None:
    with pytest.raises(CommandError, match="no signing key"):
        call_command("sign-checkpoints")
    call_command("make-signing-key")
    with (
        signing.alone(files / "checkpoint"),
        pytest.raises(CommandError, match="Another signer is running"),
    ):
        call_command("sign-checkpoints")


def test_an_origin_that_no_key_can_carry_is_refused(files: Path, settings: Settings) -> None:
    settings.LOG_ORIGIN = "our log"
    with pytest.raises(CommandError, match="LOG_ORIGIN cannot be 'our log'"):
        call_command("make-signing-key")


def test_a_signer_of_its_own_follows_the_log_and_its_exit_code_is_an_alarm(
    files: Path, owner_connection: psycopg.Connection
) -> None:
    call_command("make-signing-key")
    environment = {key: os.environ[key] for key in os.environ if not key.startswith("OWNER")}
    environment |= {"LOG_ORIGIN": ORIGIN, "CHECKPOINT_FILE": str(files / "checkpoint")}
    environment["SIGNING_KEY_FILE"] = str(files / "key")
    environment["DATABASE_URL"] = environment["SIGNER_DATABASE_URL"]
    command = [sys.executable, "-m", "django", "sign-checkpoints", "--every=0.1"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE) as signer:
        try:
            for size in (1, 2):
                build.recorded()
                wait_for(size)
            rewritten(owner_connection, *EMPTIED)
            assert signer.wait(timeout=20) == 2
        finally:
            signer.kill()
        assert signer.stderr
        said = signer.stderr.read().decode()
    assert "CRITICAL" in said
    assert "has 0 events, and 2 were signed: it was cut" in said


def wait_for(size: int) -> None:
    """Wait until so many events are signed."""
    deadline = time.monotonic() + 20
    while (newest := tree.newest()) is None or newest.size < size:
        assert time.monotonic() < deadline
        time.sleep(0.05)
