"""The units and the guide to them, as far as a machine without systemd can tell.

walk.py, beside this, installs them on a new Debian and runs them; it takes minutes and a network.
"""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.install import walk
from tracker import settings
from tracker.celery import QUEUES

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "systemd"
UNITS = sorted(FOLDER.glob("*.service"))
# The settings that a unit's file may take from nobody else.
SECRETS = {
    "claim-tracker-web": {"secret_key", "app_password", "redis_password"},
    "claim-tracker-worker@": {"secret_key", "app_password", "redis_password"},
    "claim-tracker-beat": {"secret_key", "app_password", "redis_password"},
    "claim-tracker-signer": {"secret_key", "signer_password"},
    "claim-tracker-migrate": {"secret_key", "app_password", "redis_password", "owner_password"},
}
GUARDS = (
    "NoNewPrivileges=yes", "CapabilityBoundingSet=", "ProtectSystem=strict", "ProtectHome=yes",
    "PrivateTmp=yes", "PrivateDevices=yes", "SystemCallFilter=@system-service", "UMask=0077",
)  # fmt: skip


def text(unit: Path) -> str:
    return unit.read_text(encoding="utf-8")


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_service_gets_its_secrets_and_no_others(unit: Path) -> None:
    loaded = dict(re.findall(r"^LoadCredential=(\w+):(\S+)$", text(unit), re.MULTILINE))
    assert loaded.keys() == SECRETS[unit.stem]
    assert all(path == f"/etc/claim-tracker/secrets/{name}" for name, path in loaded.items())
    used = set(re.findall(r"^Environment=\w+=%d/(\w+)$", text(unit), re.MULTILINE))
    assert used == loaded.keys()


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_service_changes_nothing_of_the_machine(unit: Path) -> None:
    lines = text(unit).splitlines()
    assert [guard for guard in GUARDS if guard not in lines] == []
    user = "claim-tracker-signer" if unit.stem == "claim-tracker-signer" else "claim-tracker"
    assert f"User={user}" in lines


def test_what_the_files_set_is_a_setting() -> None:
    known = settings.env.names | {"OWNER_DATABASE_URL", "SIGNER_DATABASE_URL"}
    for path in (FOLDER / "etc").iterdir():
        assert set(re.findall(r"^([A-Z_]+)=", text(path), re.MULTILINE)) <= known, path.name
    for unit in UNITS:
        named = re.findall(r"^Environment=(\w+)_FILE=", text(unit), re.MULTILINE)
        assert set(named) <= known | {f"{part}DATABASE_PASSWORD" for part in ("OWNER_", "SIGNER_")}


def test_the_target_starts_everything_and_a_worker_for_each_queue() -> None:
    wanted = re.findall(r"claim-tracker-\S+\.service", text(FOLDER / "claim-tracker.target"))
    assert sorted(wanted) == sorted(f"claim-tracker-{unit}.service" for unit in walk.UNITS)
    assert {f"worker@{queue}" for queue in QUEUES} <= set(walk.UNITS)


def test_what_is_done_by_hand_is_valid_shell() -> None:
    scripts = [text(FOLDER / "claim-tracker"), *walk.commands()]
    assert len(scripts) == 6
    for script in scripts:
        done = subprocess.run(
            ["sh", "-n"], input=script, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


def test_systemd_understands_every_line(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("there is no systemd-analyze on this machine")
    for unit in (*UNITS, FOLDER / "claim-tracker.target"):
        # The programs are not installed here.
        known = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", text(unit), flags=re.MULTILINE)
        name = unit.name.replace("@", "@read")
        (tmp_path / name).write_text(known)
        done = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", tmp_path / name],
            env={"PATH": "/usr/bin:/bin", "SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert [line for line in done.stderr.splitlines() if name in line] == []


def test_a_misprint_in_a_unit_would_be_seen(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("there is no systemd-analyze on this machine")
    unit = tmp_path / "wrong.service"
    unit.write_text("[Service]\nExecStart=/bin/true\nProtectSytem=strict\n")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", unit], capture_output=True, text=True, check=False
    )
    assert "wrong.service" in done.stderr
