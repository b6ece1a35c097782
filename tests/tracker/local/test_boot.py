"""The environment and the embedded services: real servers, really killed."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tracker.local import boot, embedded, processes, services

ROOT = Path(__file__).resolve().parents[3]
# A desk whose services run until somebody closes its standard input, or kills it.
HOST = """
import json, sys
from pathlib import Path
from tracker.local import services
with services.running(Path(sys.argv[1]), "demo", {}) as found:
    print(json.dumps(found), flush=True)
    sys.stdin.read()
"""


@contextmanager
def desk(place: Path, *, killed: bool = False) -> Iterator[dict[str, str]]:
    """The environment of services that run in a process of their own, which ends well or is killed.

    A killed one is killed at the end, before it can stop anything.
    """
    with subprocess.Popen(
        [sys.executable, "-c", HOST, str(place)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as host:
        assert host.stdout
        try:
            yield json.loads(host.stdout.readline())
            if not killed:
                host.communicate(timeout=30)
                assert host.returncode == 0
        finally:
            host.kill()


def server_pids(place: Path) -> list[int]:
    """The servers' process numbers, from the files that prove them to be ours."""
    notes = (place / ".data" / "demo" / "run").glob("*.json")
    return [json.loads(note.read_text())["pid"] for note in notes]


def test_what_was_written_survives_a_kill_and_nothing_of_the_killed_keeps_running(
    place: Path,
) -> None:
    with desk(place, killed=True) as found:
        with psycopg.connect(found["OWNER_DATABASE_URL"]) as owner:
            owner.execute("CREATE TABLE kept (word text)")
        with psycopg.connect(found["DATABASE_URL"]) as application:
            application.execute("INSERT INTO kept VALUES ('é')")
        with redis.Redis.from_url(found["REDIS_URL"]) as messages:
            messages.set("kept", "yes")
        time.sleep(1.1)  # the append-only file reaches the disk once a second
        killed = server_pids(place)

    with desk(place) as found:
        assert len(killed) == 2
        assert not any(processes.born(pid) for pid in killed)
        with psycopg.connect(found["DATABASE_URL"]) as application:
            assert application.execute("SELECT upper(word) FROM kept").fetchone() == ("É",)
        with redis.Redis.from_url(found["REDIS_URL"]) as messages:
            assert messages.get("kept") == b"yes"


def test_killed_servers_recover_at_the_next_start(place: Path) -> None:
    with desk(place, killed=True) as found:
        with psycopg.connect(found["OWNER_DATABASE_URL"]) as owner:
            owner.execute("CREATE TABLE kept AS SELECT 1 AS one")
        for pid in server_pids(place):
            os.kill(pid, signal.SIGKILL)

    with desk(place) as found, psycopg.connect(found["OWNER_DATABASE_URL"]) as owner:
        assert owner.execute("SELECT one FROM kept").fetchone() == (1,)


def test_servers_listen_on_loopback_ask_for_passwords_and_are_never_root(place: Path) -> None:
    with desk(place) as found, redis.Redis.from_url(found["REDIS_URL"]) as messages:
        with psycopg.connect(found["OWNER_DATABASE_URL"]) as owner:
            assert owner.execute("SHOW listen_addresses").fetchone() == ("127.0.0.1",)
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(found["DATABASE_URL"].replace(password(found), "wrong"))
        assert messages.config_get("bind") == {"bind": "127.0.0.1"}
        port = messages.connection_pool.connection_kwargs["port"]
        with (
            redis.Redis(port=port, retry=Retry(NoBackoff(), 0)) as stranger,
            pytest.raises(redis.AuthenticationError),
        ):
            stranger.ping()
        for pid in server_pids(place):
            assert user_of(pid) not in {"", "root"}


def user_of(pid: int) -> str:
    """Who a process runs as."""
    command = ["ps", "-o", "user=", "-p", str(pid)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def password(found: dict[str, str]) -> str:
    """The application's password."""
    return str(urlsplit(found["DATABASE_URL"]).password)


def test_the_application_can_neither_make_nor_own_a_table(place: Path) -> None:
    with (
        desk(place) as found,
        psycopg.connect(found["DATABASE_URL"], autocommit=True) as application,
        psycopg.connect(found["OWNER_DATABASE_URL"], autocommit=True) as owner,
    ):
        owner.execute("CREATE TABLE of_the_desk ()")
        for refused in (
            "CREATE TABLE mine ()",
            "CREATE SCHEMA mine",
            "CREATE ROLE mine",
            "TRUNCATE of_the_desk",
            "DROP TABLE of_the_desk",
            "SET ROLE tracker_owner",
            "SET ROLE tracker_ledger",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                application.execute(refused.encode())


def test_a_second_terminal_uses_the_running_demo_and_not_its_owner(place: Path) -> None:
    with desk(place) as found:
        with services.running(place, "ingest", {}) as joined:
            assert joined["DATABASE_URL"] == found["DATABASE_URL"]
            assert not any("OWNER" in key or "SUPERUSER" in key for key in joined)
        with services.running(place, "migrate", {}) as joined:
            assert joined["OWNER_DATABASE_URL"] == found["OWNER_DATABASE_URL"]
        demo = services.running(place, "demo", {})
        with pytest.raises(SystemExit, match="running already"), demo:
            pass
    assert server_pids(place) == []


def test_secrets_are_read_by_their_owner_alone_and_stay_the_same(place: Path) -> None:
    with desk(place) as first:
        for name in ("secrets.json", "addresses.json"):
            assert (place / ".data" / "demo" / name).stat().st_mode & 0o777 == 0o600
    with desk(place) as second:
        assert password(first) == password(second)
        assert first["SECRET_KEY"] == second["SECRET_KEY"]
        assert len({*first.values()}) == len(first)


def test_two_test_runs_at_once_never_meet_each_other_or_the_demo(place: Path) -> None:
    with services.running(place, "test", {}) as one, services.running(place, "test", {}) as two:
        assert one["DATABASE_URL"] != two["DATABASE_URL"]
        assert one["REDIS_URL"] != two["REDIS_URL"]
    assert not (place / ".data" / "demo").exists()


def test_given_addresses_are_used_and_nothing_is_started(place: Path) -> None:
    given = {"DATABASE_URL": "postgres://elsewhere/desk", "REDIS_URL": "redis://elsewhere/3"}
    with services.running(place, "ingest", given) as found:
        assert found == {}
    assert not (place / ".data").exists()


def test_tests_on_a_given_database_need_its_owner(place: Path) -> None:
    given = {"DATABASE_URL": "postgres://elsewhere/desk", "REDIS_URL": "redis://elsewhere/3"}
    with (
        pytest.raises(SystemExit, match="set OWNER_DATABASE_URL"),
        services.running(place, "test", given),
    ):
        pass


@pytest.mark.parametrize(
    "arguments", [[], ["help"], ["--version"], ["check"], ["ingest", "--help"], ["spectacular"]]
)
def test_commands_that_touch_no_data_start_nothing(place: Path, arguments: list[str]) -> None:
    with services.running(place, services.command(arguments), {}) as found:
        assert found == {}
    assert not (place / ".data").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to lend its rights to nobody")
def test_root_moves_data_that_nobody_could_reach(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place.chmod(0o700)
    chosen = services.data_dir(place, {})
    assert boot.reachable(chosen)
    assert str(chosen) in capsys.readouterr().err
    chosen.rmdir()


def test_a_process_that_merely_has_the_number_of_ours_is_left_alone(place: Path) -> None:
    folder = place / ".data" / "demo"
    (folder / "run").mkdir(parents=True)
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    proof = {"pid": stranger.pid, "born": "long ago", "folder": str(folder), "ending": 15}
    (folder / "run" / "web.json").write_text(json.dumps(proof))
    processes.stop_leftovers(folder)
    assert stranger.poll() is None
    assert server_pids(place) == []
    stranger.kill()
    stranger.wait()


def test_a_server_that_cannot_start_is_explained_by_its_last_words(place: Path) -> None:
    with desk(place):
        pass
    (place / ".data" / "demo" / "postgresql-18" / "PG_VERSION").write_text("9\n")
    with (
        pytest.raises(SystemExit, match="last words are above"),
        services.running(place, "demo", {}),
    ):
        pass


def test_a_half_made_environment_is_thrown_away(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "requirements.txt").write_text("one==1\n")
    leftover = place / ".venv" / "half"
    leftover.mkdir(parents=True)
    (place / ".venv" / boot.MARK).write_text(boot.UNFINISHED)
    pretend(monkeypatch)
    boot.make(place)
    assert not leftover.exists()
    assert boot.current(place)


def test_an_interrupted_installation_counts_as_half_made(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "requirements.txt").write_text("one==1\n")
    pretend(monkeypatch)

    def interrupted(venv: Path, lock: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(boot, "install", interrupted)
    with pytest.raises(KeyboardInterrupt):
        boot.make(place)
    assert boot.unfinished(place / ".venv")


def test_a_new_lock_brings_the_environment_up_to_date(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "requirements.txt").write_text("one==1\n")
    pretend(monkeypatch)
    boot.make(place)
    (place / "requirements.txt").write_text("one==2\n")
    assert not boot.current(place)


def pretend(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make environments without waiting for pip."""

    def create(venv: Path, mark: Path) -> None:
        (venv / "bin").mkdir(parents=True)
        (venv / "bin" / "python").symlink_to(sys.executable)
        mark.write_text(boot.UNFINISHED)

    def install(venv: Path, lock: Path) -> None:
        assert lock.exists()

    monkeypatch.setattr(boot, "create", create)
    monkeypatch.setattr(boot, "install", install)


def test_a_python_that_makes_no_environments_names_the_package_to_install(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    with pytest.raises(SystemExit, match=r"apt-get install python3\.\d+-venv"):
        boot.create(place / ".venv", place / ".venv" / boot.MARK)
    assert not (place / ".venv").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has a Python that others cannot reach")
def test_root_builds_on_a_python_that_its_servers_can_reach(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.chmod(0o700)
    hidden = place / "python3"
    shutil.copy(sys.executable, hidden)
    monkeypatch.setattr(sys, "executable", str(hidden))
    chosen = boot.interpreter()
    assert chosen == str(hidden) or boot.reachable(Path(chosen))


def test_only_one_process_makes_the_environment(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    order: list[str] = []

    def second() -> None:
        with boot.alone(place):
            order.append("second")

    with boot.alone(place):
        other = threading.Thread(target=second)
        other.start()
        time.sleep(0.2)
        order.append("first")
    other.join()
    assert order == ["first", "second"]
    assert "waiting for it to finish" in capsys.readouterr().err


def test_a_free_port_is_free() -> None:
    with socket.socket() as listener:
        listener.bind((embedded.LOOPBACK, embedded.free_port()))


def test_unreachable_is_what_another_user_cannot_walk_to(place: Path) -> None:
    inside = place / "a" / "b"
    inside.mkdir(parents=True)
    assert boot.reachable(inside)
    (place / "a").chmod(0o700)
    assert not boot.reachable(inside)


def test_a_folder_from_before_the_signer_gets_the_password_it_lacks(place: Path) -> None:
    before = services.kept_secrets(place)
    (place / "secrets.json").write_text(
        json.dumps({name: value for name, value in before.items() if name != "signer"})
    )
    after = services.kept_secrets(place)
    assert after == services.kept_secrets(place)
    assert after.keys() == before.keys()
    assert [name for name in before if after[name] != before[name]] == ["signer"]


def test_the_signers_address_is_for_the_signer_alone(place: Path) -> None:
    with desk(place) as found:
        assert "SIGNER_DATABASE_URL" in found
        with services.running(place, "sign-checkpoints", {}) as joined:
            assert joined["SIGNER_DATABASE_URL"] == found["SIGNER_DATABASE_URL"]
        for name in ("ingest", "migrate", "shell"):
            with services.running(place, name, {}) as joined:
                assert not any("SIGNER" in key for key in joined)
