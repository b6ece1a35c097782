"""Known holes in the packages of the lock; `python3 tests/attacks/audit.py` ends with 1 for any.

pip-audit, in an environment of its own, compares requirements.txt with what the package index
knows. Where that cannot be reached, or answers no such questions, it says so and ends well: a
machine without a network must be able to check everything else. Standard library only.
"""

import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PLACE = ROOT / ".data" / "audit"
TOOL = "pip-audit==2.10.1"
PATIENCE = 300  # seconds
# Holes that do not concern the desk, each with the reason and the day it was looked at.
PUT_UP_WITH: dict[str, str] = {}


class Skipped(Exception):
    """The packages cannot be audited here; the message says why."""


def tool() -> Path:
    """The program, installed if need be.

    Raises:
        Skipped: it cannot be had.
    """
    program = PLACE / "bin" / "pip-audit"
    if not program.exists():
        venv.create(PLACE, with_pip=True, clear=True)
        install: list[str | Path] = [
            PLACE / "bin" / "python",
            "-m",
            "pip",
            "install",
            "--quiet",
            TOOL,
        ]
        done = subprocess.run(install, capture_output=True, text=True, timeout=PATIENCE)
        if done.returncode:
            raise Skipped(f"{TOOL} could not be installed")
    return program


def audited(requirements: Path) -> list[dict[str, Any]]:
    """What is known of each package of a lock.

    Raises:
        Skipped: nothing is known of any.
    """
    command: list[str | Path] = [
        tool(),
        "--requirement",
        requirements,
        "--no-deps",
        "--disable-pip",
        "--format=json",
    ]
    done = subprocess.run(
        [*command, "--progress-spinner=off"], capture_output=True, text=True, timeout=PATIENCE
    )
    try:
        found = json.loads(done.stdout)["dependencies"]
    except (ValueError, LookupError):
        raise Skipped(
            (done.stderr.strip().splitlines() or ["pip-audit says nothing"])[-1]
        ) from None
    known = [one for one in found if "vulns" in one]
    if not known:
        raise Skipped("the package index of this machine tells of no vulnerabilities")
    return known


def main() -> int:
    """Ask about one package, and about all of them where that is answered; the exit code."""
    lock = ROOT / "requirements.txt"
    try:
        with tempfile.TemporaryDirectory() as folder:
            one = Path(folder) / "one.txt"
            text = lock.read_text(encoding="utf-8")
            one.write_text("django" + text.partition("\ndjango")[2].partition("\ndjango-")[0])
            audited(one)
        found = audited(lock)
    except (Skipped, subprocess.TimeoutExpired, OSError) as reason:
        sys.stdout.write(f"SKIPPED: {reason}\n")
        return 0
    holes = [
        f"{package['name']} {package['version']}: {hole['id']}, mended in "
        f"{', '.join(hole['fix_versions']) or 'no version yet'}"
        for package in found
        for hole in package["vulns"]
        if hole["id"] not in PUT_UP_WITH
    ]
    sys.stdout.write("\n".join([*holes, f"{len(found)} packages, {len(holes)} known holes\n"]))
    return 1 if holes else 0


if __name__ == "__main__":
    sys.exit(main())
