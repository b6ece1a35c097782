"""The part of the lock that a server needs, without the tools of tests and laptops.

`python3 tracker/lock.py > server.txt`, then `pip install --require-hashes -r server.txt`: pip works
out what the project's own dependencies need, at the versions of requirements.txt, and those blocks
of it are printed with their hashes; with `lock.py sentry telemetry`, those of two extras as well.
Standard library and pip only: nothing is installed yet.
"""

import json
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def blocks(lock: str) -> dict[str, str]:
    """Each package of a lock by its plain name, with its version, marker and hashes."""
    found = re.findall(r"^[A-Za-z0-9](?:.*\\\n)*.*$", lock, re.MULTILINE)
    return {plain(block.partition("==")[0]): block for block in found}


def plain(name: str) -> str:
    """The name under which an index knows a package (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name.partition("[")[0]).strip().lower()


def needed(root: Path, extras: list[str]) -> set[str]:
    """The packages that a server's dependencies come to, for this Python and machine.

    Raises SystemExit with pip's own words where it cannot tell.
    """
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lock = (root / "requirements.txt").read_text(encoding="utf-8")
    pins = re.sub(r"\s*\\\n\s*--hash=\S+", "", lock)
    with tempfile.TemporaryDirectory() as folder:
        asked, held = Path(folder, "asked.txt"), Path(folder, "held.txt")
        asked.write_text("\n".join(wanted(project, extras)), encoding="utf-8")
        held.write_text(pins, encoding="utf-8")
        command = [sys.executable, "-m", "pip", "install", "--dry-run", "--quiet", "--report=-"]
        command += ["--ignore-installed", "--only-binary=:all:", f"--constraint={held}"]
        done = subprocess.run([*command, f"--requirement={asked}"], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr.strip())
    return {plain(one["metadata"]["name"]) for one in json.loads(done.stdout)["install"]}


def wanted(project: dict[str, Any], extras: list[str]) -> list[str]:
    """What a project asks for itself and with these extras; SystemExit where there is no such."""
    known = project["optional-dependencies"]
    if strangers := set(extras) - known.keys():
        raise SystemExit(f"There is no extra {', '.join(sorted(strangers))}: {', '.join(known)}.")
    return [*project["dependencies"], *(one for extra in extras for one in known[extra])]


def main() -> None:
    """Print the blocks that are needed, in the order of the lock."""
    names = needed(ROOT, sys.argv[1:])
    found = blocks((ROOT / "requirements.txt").read_text(encoding="utf-8"))
    if strangers := names - found.keys():
        raise SystemExit(f"requirements.txt does not hold: {', '.join(sorted(strangers))}.")
    sys.stdout.write("\n".join(found[name] for name in found if name in names) + "\n")


if __name__ == "__main__":
    main()
