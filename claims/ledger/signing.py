"""The signer's own files: its keys, and the last note it signed. Neither is ever in the database.

A key file holds one signing key on each line; all of them sign, which is how a key is changed (see
docs/ledger.md). The last note is what the signer believes over anything the database says.
"""

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from claims.ledger.note import NoteError, Signer


class Unusable(Exception):
    """A file of the signer is missing, readable for others, or not what it should be."""


def keys(path: Path) -> tuple[Signer, ...]:
    """The keys that sign; raises Unusable where there is none or others can read them."""
    try:
        with path.open() as file:
            mode = os.fstat(file.fileno()).st_mode
            lines = file.read().splitlines()
    except FileNotFoundError:
        raise Unusable(f"There is no signing key at {path}: run make-signing-key.") from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise Unusable(f"Others can read {path}: run chmod 600 on it, and make a new key.")
    try:
        found = tuple(Signer.parse(line) for line in lines if line)
    except NoteError as error:
        raise Unusable(f"{path} is not a file of signing keys: {error}.") from error
    if not found:
        raise Unusable(f"There is no signing key in {path}: run make-signing-key.")
    return found


def make_key(path: Path, *, name: str, seed: bytes, add: bool) -> Signer:
    """A new key in a file of its own, or added as one more line to a file that has keys.

    Raises Unusable where the file exists and `add` is false, or the other way round.
    """
    signer = Signer(name, seed)
    if add:
        known = keys(path)
        replace(path, "".join(f"{each.secret()}\n" for each in (*known, signer)).encode())
        return signer
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Unusable(
            f"{path} holds a key, which is not overwritten; --add puts a second one beside it."
        ) from None
    with os.fdopen(handle, "w") as file:
        file.write(f"{signer.secret()}\n")
    return signer


def remembered(path: Path) -> bytes | None:
    """The last note that was signed here, or None before the first."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def replace(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, for this user alone, and on the disk before returning."""
    unfinished = path.with_name(f"{path.name}.new")
    unfinished.unlink(missing_ok=True)
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold the last note's lock: two signers could sign two histories.

    Raises Unusable where another process holds it.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.with_name(f"{path.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Unusable(f"Another signer is running on {path}.") from None
        yield
