"""Asking the desk and keeping what it answered: what, when, how long, with how many queries.

It asks nobody but this machine, and nothing after the day is over. Who is told to wait waits: that
is no error, and is told apart.
"""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.load.counting import HEADER

LOOPBACK = {"127.0.0.1", "::1", "localhost"}
PATIENCE = 60  # seconds that an answer may take
TOLD_TO_WAIT = {429, 503}


class Failed(Exception):
    """The desk did not answer as it should have; it is on record, and the person goes on."""


class Closed(Exception):
    """The day is over."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one request."""

    kind: str
    at: float  # seconds from the morning
    seconds: float
    status: int
    queries: int | None


@dataclass(kw_only=True)
class Driver:
    """The desk's address, and everything that it answered."""

    url: str
    seconds: float
    answers: list[Answer] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    waits: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    began: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        if urlsplit(self.url).hostname not in LOOPBACK:
            raise ValueError(f"{self.url} is another machine's: load is for your own.")

    def now(self) -> float:
        """Seconds from the morning."""
        return time.monotonic() - self.began

    async def until(self, moment: float) -> None:
        """Sleep until so many seconds from the morning; raises Closed where that is too late."""
        if moment > self.seconds or self.now() > self.seconds:
            raise Closed
        await asyncio.sleep(max(0, moment - self.now()))

    async def ask(
        self,
        client: httpx.AsyncClient,
        kind: str,
        path: str,
        *,
        method: str = "GET",
        expected: tuple[int, ...] = (200,),
        **sent: Any,
    ) -> httpx.Response:
        """The desk's answer, after waiting as often as it asks for that.

        Raises:
            Failed: it is none of those expected, or there is none.
            Closed: the day ended while waiting.
        """
        while True:
            response = await self._sent(client, kind, method, path, sent)
            if response.status_code not in TOLD_TO_WAIT or "Retry-After" not in response.headers:
                break
            self.waits[f"{kind}: {response.status_code}"] += 1
            await self.until(self.now() + int(response.headers["Retry-After"]))
        if response.status_code not in expected:
            self.failed(f"{kind}: {method} {path}: {response.status_code} {response.text[:300]}")
        return response

    async def _sent(
        self, client: httpx.AsyncClient, kind: str, method: str, path: str, sent: dict[str, Any]
    ) -> httpx.Response:
        began = self.now()
        try:
            response = await client.request(method, self.url + path, timeout=PATIENCE, **sent)
        except httpx.HTTPError as error:
            self.failed(f"{kind}: {method} {path}: {error!r}")
        queries = response.headers.get(HEADER)
        self.answers.append(
            Answer(
                kind, began, self.now() - began, response.status_code,
                int(queries) if queries else None,
            )
        )  # fmt: skip
        return response

    def failed(self, told: str) -> Any:
        """Keep an error; raises Failed."""
        self.errors.append(f"after {self.now():.1f} s, {told}")
        raise Failed(told)

    def must(self, so: bool, told: str) -> None:
        """Keep that an answer was wrong, where it was; raises Failed then."""
        if not so:
            self.failed(told)
