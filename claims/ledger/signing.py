"""The signer's own files: its keys, and the last note it signed. Neither is ever in the database.

A key file holds one signing key on each line; all of them sign, which is how a key is changed (see
docs/ledger.md). A verifier key on a line is that of a key that was lost: it signs nothing, and the
last note that it signed is believed. That note is what the signer believes over anything the
database says.
"""

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from claims.ledger.note import NoteError, Signer, Verifier

LOST = (
    "put the copy that you kept back, if there was one; for the first key of a log run "
    "make-signing-key; for one that is lost for good see “Operating the signer” in docs/ledger.md"
)
OWNER = "This file and its folder have to belong to the user that signs, with room on the disk."


class Unusable(Exception):
    """A file of the signer is missing, readable for others, or not what it should be."""


def keys(path: Path) -> tuple[Signer, ...]:
    """The keys that sign; raises Unusable where there is none or others can read them."""
    lines = _lines(path)
    try:
        found = tuple(Signer.parse(line) for line in lines if line.startswith(Signer.PREFIX))
    except NoteError as error:
        raise Unusable(f"{path} is not a file of signing keys: {error}.") from error
    former(path)
    if not found:
        raise Unusable(f"There is no signing key in {path}: {LOST}.")
    return found


def former(path: Path) -> tuple[Verifier, ...]:
    """The verifier keys of keys that were lost; raises Unusable where a line is neither."""
    lines = _lines(path)
    try:
        return tuple(Verifier.parse(line) for line in lines if not line.startswith(Signer.PREFIX))
    except NoteError as error:
        raise Unusable(f"{path} is not a file of signing keys: {error}.") from error


def _lines(path: Path) -> list[str]:
    try:
        with path.open() as file:
            mode = os.fstat(file.fileno()).st_mode
            lines = file.read().splitlines()
    except FileNotFoundError:
        raise Unusable(f"There is no signing key at {path}: {LOST}.") from None
    except OSError as error:
        raise Unusable(f"{path}: {error.strerror}. {OWNER}") from error
    except UnicodeDecodeError as error:
        raise Unusable(f"{path} is not a file of signing keys: it is no text.") from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise Unusable(f"Others can read {path}: run chmod 600 on it, and make a new key.")
    return [line for line in lines if line]


def make_key(path: Path, *, name: str, seed: bytes, add: bool) -> Signer:
    """A new key in a file of its own, or added as one more line to a file that has keys.

    Raises Unusable where the file exists and `add` is false, or the other way round, and where it
    cannot be written; then it is as it was.
    """
    signer = Signer(name, seed)
    known = [each.secret() for each in keys(path)] if add else []
    known += [str(each) for each in former(path)] if add else []
    content = "".join(f"{line}\n" for line in (*known, signer.secret())).encode()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if add:
            replace(path, content)
        else:
            _first(path, content)
    except FileExistsError:
        raise Unusable(
            f"{path} holds a key, which is not overwritten; --add puts a second one beside it."
        ) from None
    except OSError as error:
        raise Unusable(f"No key was made, {path}: {error.strerror}. {OWNER}") from error
    return signer


def _first(path: Path, content: bytes) -> None:
    """Write a file that is not there yet, whole or not at all; FileExistsError where it is."""
    whole = path.with_name(f"{path.name}.made")
    replace(whole, content)
    try:
        os.link(whole, path)
    finally:
        whole.unlink()


def remembered(path: Path) -> bytes | None:
    """The last note that was signed here, or None before the first; raises Unusable."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Unusable(f"{path}: {error.strerror}. {OWNER}") from error


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
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = path.with_name(f"{path.name}.lock").open("w")
    except OSError as error:
        raise Unusable(f"{path}: {error.strerror}. {OWNER}") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Unusable(f"Another signer is running on {path}.") from None
        yield
