"""Where a log is read from: a folder or a web address. No Django, no database, and no trust.

Whatever is read here may be a lie or endless: every answer has a largest size and a longest time,
no redirect is followed, and nothing is believed before it was checked against the checkpoint.
"""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol
from uuid import UUID

import httpx
import rfc8785

from claims.ledger import lines
from claims.ledger.entry import Entry

SECONDS = 30.0  # for one whole answer
MOST_JSON = 64 * 1024 * 1024  # bytes in a page of the interface for programs
PAGE = 100  # events in such a page


class Unavailable(Exception):
    """What is needed cannot be read there; the message says what and why."""


class Absent(Unavailable):
    """There is no such thing there."""


class Place(Protocol):
    """A published log with, where it is a desk's own, what was said and what the desk shows."""

    said: bool  # can the bodies of entries be read here?
    live: bool  # does it go on while it is read?

    def read(self, path: str, most: int) -> bytes:
        """The bytes of a resource below the log's prefix."""

    def entries(self, first: int) -> Iterator[Entry]:
        """Every entry from a position on, with its body."""

    def history(self, claim: UUID) -> Iterator[Entry]:
        """The entries of one claim, in order."""

    def claims(self) -> Iterator[dict[str, Any]]:
        """What the desk shows of every claim."""

    def claim(self, claim: UUID) -> dict[str, Any] | None:
        """What the desk shows of one claim, or None where it shows nothing."""


class Folder:
    """A log in files, as `manage.py export-log` writes it, or any other in C2SP's layout."""

    live = False

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise Unavailable(f"there is no folder {folder}")
        self.folder = folder
        self.said = (folder / "entries.jsonl").exists()

    def read(self, path: str, most: int) -> bytes:
        try:
            with (self.folder / path).open("rb") as file:
                content = file.read(most + 1)
        except FileNotFoundError:
            raise Absent(f"there is no file {path}") from None
        except OSError as error:
            raise Unavailable(f"{path} cannot be read: {error.strerror}") from error
        if len(content) > most:
            raise Unavailable(f"{path} is longer than {most:,} bytes")
        return content

    def entries(self, first: int) -> Iterator[Entry]:
        for position, line in enumerate(self._lines("entries.jsonl")):
            if position >= first:
                yield _read(line, f"line {position + 1} of entries.jsonl (position {position})")

    def history(self, claim: UUID) -> Iterator[Entry]:
        named = f'"stream_id":"{claim}"'.encode()
        for position, line in enumerate(self._lines("entries.jsonl")):
            if named in line:
                where = f"line {position + 1} of entries.jsonl (position {position})"
                found = _read(line, where)
                if found.stream_id == claim:
                    yield found

    def claims(self) -> Iterator[dict[str, Any]]:
        for number, line in enumerate(self._lines("claims.jsonl"), 1):
            yield _object(line, f"line {number} of claims.jsonl")

    def claim(self, claim: UUID) -> dict[str, Any] | None:
        return next((row for row in self.claims() if row.get("id") == str(claim)), None)

    def _lines(self, name: str) -> Iterator[bytes]:
        try:
            with (self.folder / name).open("rb") as file:
                while line := file.readline(lines.LONGEST + 1):
                    yield line
        except OSError as error:
            raise Absent(f"{name} cannot be read: {error.strerror}") from error


class Web:
    """A log on a server; what was said and what is shown there needs a client's key."""

    live = True

    def __init__(self, url: str, *, key: str = "") -> None:
        self.prefix = url.rstrip("/")
        self.api = f"{self.prefix.removesuffix('/log')}/api/v1"
        self.said = bool(key)
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._client = httpx.Client(timeout=SECONDS, headers={"User-Agent": "claim-tracker-verify"})

    def __enter__(self) -> "Web":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._client.close()

    def read(self, path: str, most: int) -> bytes:
        status, content = self._get(f"{self.prefix}/{path}", most)
        if status == httpx.codes.OK:
            return content
        raise _refusal(f"{self.prefix}/{path}", status)

    def entries(self, first: int) -> Iterator[Entry]:
        while True:
            page = self._json(f"/events/?from={first}&limit={PAGE}")
            found = [_entry(event) for event in _list(page, "events")]
            yield from found
            first += len(found)
            if not found:
                return

    def history(self, claim: UUID) -> Iterator[Entry]:
        after = 0
        while True:
            page = self._json(f"/claims/{claim}/events/?after={after}&limit={PAGE}")
            found = [_entry(event) for event in _list(page, "events")]
            yield from found
            after += len(found)
            if not found or page.get("next") is None:
                return

    def claims(self) -> Iterator[dict[str, Any]]:
        path: str | None = f"/claims/?limit={PAGE}"
        while path:
            page = self._json(path)
            yield from _list(page, "results")
            following = page.get("next")
            path = f"/claims/?{httpx.URL(following).query.decode()}" if following else None

    def claim(self, claim: UUID) -> dict[str, Any] | None:
        try:
            return self._json(f"/claims/{claim}/")
        except Absent:
            return None

    def _json(self, path: str) -> dict[str, Any]:
        """An answer of the interface for programs; a merged claim answers with a redirect."""
        url = self.api + path
        status, content = self._get(url, MOST_JSON, **self._headers)
        if status not in (httpx.codes.OK, httpx.codes.PERMANENT_REDIRECT):
            raise _refusal(url, status)
        return _object(content, url)

    def _get(self, url: str, most: int, **headers: str) -> tuple[int, bytes]:
        """Status and bytes of an answer that ends in time and is not too long."""
        until, content = time.monotonic() + SECONDS, bytearray()
        try:
            with self._client.stream("GET", url, headers=headers) as answer:
                for part in answer.iter_bytes():
                    content += part
                    if len(content) > most:
                        raise Unavailable(f"{url} answers with more than {most:,} bytes")
                    if time.monotonic() > until:
                        raise Unavailable(f"{url} takes longer than {SECONDS:.0f} seconds")
                return answer.status_code, bytes(content)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unavailable(f"{url} does not answer: {error}") from error


def _refusal(url: str, status: int) -> Unavailable:
    if status in (httpx.codes.NOT_FOUND, httpx.codes.GONE):
        return Absent(f"there is no {url}")
    if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        return Unavailable(f"{url} is for clients with a key: name a file with one by --api-key")
    return Unavailable(f"{url} answers with {status} {httpx.codes.get_reason_phrase(status)}")


def _read(line: bytes, where: str) -> Entry:
    try:
        return lines.read(line)
    except lines.Malformed as error:
        raise Unavailable(f"{where}: {error}") from error


def _object(raw: bytes, where: str) -> dict[str, Any]:
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Unavailable(f"{where} is not JSON: {error}") from error
    if not isinstance(found, dict):
        raise Unavailable(f"{where} is not a JSON object")
    return found


def _list(page: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = page.get(name)
    if not isinstance(found, list):
        raise Unavailable(f"the answer has no list of {name}")
    return found


def _entry(event: dict[str, Any]) -> Entry:
    """An entry as the interface for programs shows it, its body made canonical again."""
    try:
        hashes, data = event["hashes"], event["data"]
        plain = {name: event[name] for name in lines.FIELDS if name in event} | {
            "stream_id": event["claim"],
            "commitment": hashes["commitment"],
            "prev_hash": hashes["previous"],
            "leaf_hash": hashes["leaf"],
            "salt": hashes["salt"],
            "body": None if data is None else rfc8785.dumps(data).decode(),
            "erased_by": (event.get("erased") or {}).get("position"),
        }
        return lines.read(lines.canonical(plain))
    except (
        AttributeError,
        KeyError,
        TypeError,
        ValueError,
        rfc8785.CanonicalizationError,
    ) as error:
        where = event.get("position") if isinstance(event, dict) else None
        raise Unavailable(f"the event at position {where} has another shape: {error}") from error
