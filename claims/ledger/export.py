"""The whole log in a folder: the backup that needs no trust, and a log to serve as it is.

    entries.jsonl       every entry with its body and salt (erased ones without), a line each
    claims.jsonl        the read side at the same position, a line for each claim
    checkpoint          the newest signed note
    tile/, tile/entries/    the tree and the envelopes of what it covers: c2sp.org/tlog-tiles
    manifest.json       written last: sizes, root and the SHA-256 of the files above

The same log gives the same bytes. No line is held longer than it takes to write it.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from claims.ledger import lines, tiles
from claims.ledger.entry import Entry
from claims.ledger.growing import Growing
from claims.ledger.merkle import Frontier

FORMAT = "claim-tracker export 1"
ENTRIES, CLAIMS, CHECKPOINT, MANIFEST = (
    "entries.jsonl", "claims.jsonl", "checkpoint", "manifest.json",
)  # fmt: skip
BATCH = 500  # entries that are taken over in one call, give or take a command

Progress = Callable[[], object]


class Unexportable(Exception):
    """The folder cannot take an export; the message says why."""


class Unimportable(Exception):
    """The folder is not an export that can be taken over; the message says why."""


def export(
    folder: Path,
    *,
    entries: Iterable[Entry],
    claims: Iterable[bytes],
    checkpoint: tuple[int, bytes] | None,
    progress: Progress = lambda: None,
) -> bytes:
    """Write the log, the lines of the read side and the newest note with its size; the manifest.

    The tiles are those of the checkpoint's tree, as the specification wants them, or of the whole
    log's where nothing was signed yet.

    Raises:
        Unexportable: the folder is not empty.
        OSError: it cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise Unexportable(f"{folder} is not empty: name a folder that is, or a new one.")
    covered, note = checkpoint or (None, b"")
    if note:
        (folder / CHECKPOINT).write_bytes(note)
    size, root = _write_entries(folder, entries, covered, progress)
    with (folder / CLAIMS).open("wb") as file:
        file.writelines(claims)
    written = manifest(folder, size=size, root=root)
    (folder / MANIFEST).write_bytes(written)
    return written


def manifest(folder: Path, *, size: int, root: bytes) -> bytes:
    """The manifest of a folder whose entries are that many, with that root over all of them."""
    files = {
        name: _sha256(folder / name)
        for name in (ENTRIES, CLAIMS, CHECKPOINT)
        if (folder / name).exists()
    }
    return lines.canonical({"format": FORMAT, "size": size, "root": root, "files": files})


def checked(folder: Path) -> dict[str, Any]:
    """The manifest of a folder, all of whose files are whole.

    Raises Unimportable where the folder is no export, or a file is not the one that was exported.
    """
    try:
        found = json.loads((folder / MANIFEST).read_bytes())
        size, root, files = int(found["size"]), bytes.fromhex(found["root"]), dict(found["files"])
        expected = manifest(folder, size=size, root=root)
    except OSError as error:
        raise Unimportable(f"{error.filename}: {error.strerror}") from error
    except (ValueError, TypeError, KeyError) as error:
        raise Unimportable(f"{folder / MANIFEST} is not a manifest: {error}") from error
    for name, digest in json.loads(expected)["files"].items():
        if files.pop(name, None) != digest:
            raise Unimportable(f"{name} is not the file that was exported")
    if files or found.get("format") != FORMAT or not {ENTRIES, CLAIMS} <= found["files"].keys():
        raise Unimportable(f"this is not a whole export of the format “{FORMAT}”")
    return {**found, "size": size}


def _write_entries(
    folder: Path, entries: Iterable[Entry], covered: int | None, progress: Progress
) -> tuple[int, bytes]:
    """Write entries, bundles and tiles; how many entries, and the root over all of them."""
    whole, published = Frontier(), _Published(folder)
    with (folder / ENTRIES).open("wb") as file:
        for entry in entries:
            file.write(lines.write(entry))
            whole.append(entry.leaf_hash)
            if covered is None or entry.position < covered:
                published.add(entry)
            progress()
    published.finish()
    return whole.size, whole.root()


class _Published:
    """The tiles and bundles of a log in a folder, where a web server can serve them from."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._tree = Growing()
        self._bundle: list[bytes] = []

    def add(self, entry: Entry) -> None:
        self._bundle.append(entry.leaf())
        for level, index, hashes in self._tree.add(entry.leaf_hash):
            self._write(level, index, hashes)
            if level == 0:
                self._write_bundle(index)

    def finish(self) -> None:
        for level, index, hashes in self._tree.partial():
            self._write(level, index, hashes)
        if self._bundle:
            self._write_bundle(self._tree.size // tiles.SPAN)

    def _write_bundle(self, index: int) -> None:
        path = tiles.path(tiles.ENTRIES, index, len(self._bundle))
        _write(self._folder / path, tiles.bundle(self._bundle))
        self._bundle.clear()

    def _write(self, level: int, index: int, hashes: list[bytes]) -> None:
        _write(self._folder / tiles.path(level, index, len(hashes)), b"".join(hashes))


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def batches(folder: Path, batch: int = BATCH) -> Iterator[tuple[int, str]]:
    """The entries of an export as JSON lists of whole commands, each with how many they are."""
    held: list[str] = []
    with (folder / ENTRIES).open(encoding="utf-8", newline="\n") as file:
        for _command, group in groupby(file, key=_command_of):
            held += group
            if len(held) >= batch:
                yield len(held), f"[{','.join(held)}]"
                held.clear()
    if held:
        yield len(held), f"[{','.join(held)}]"


def _command_of(line: str) -> Any:
    return lines.read(line.encode()).command_id
