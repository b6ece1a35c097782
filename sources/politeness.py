"""How the desk behaves on other sites: what their robots.txt allows, and how often it asks them.

The rules are those of RFC 9309: no robots.txt allows all, and a site that cannot give it now allows
nothing for now. What is remembered is in the cache and may be lost: then robots.txt is asked for
again, and a host may be asked twice within its pause.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.core.cache import cache
from protego import Protego
from redis import RedisError

REMEMBERED = 3600  # seconds that a robots.txt holds
REFUSED = 300  # seconds that a site which cannot give it is left alone
LONGEST_PAUSE = 10  # seconds between two requests, whatever a site asks for
NOTHING = "\0"  # in the place of a robots.txt that could not be had
TOO_MANY = 429  # the site is busy, which is no permission
LONGEST = 512_000  # bytes of a robots.txt that are read


class Impolite(Exception):
    """The site does not want this request, or not now; the message says which."""


class Busy(Impolite):
    """The host does not want it now."""


class Queueing(Busy):
    """The desk's own workers ask the host for so much that this has to wait."""


def ask(url: str, agent: str, *, fetched: Callable[[str], tuple[int, bytes]]) -> int:
    """The seconds to leave between two requests to the host of an address that may be read.

    `fetched` gives the status and the body of an address.

    Raises:
        Impolite: its robots.txt keeps robots from it, or cannot be had for now (Busy).
    """
    text = _robots(urljoin(url, "/robots.txt"), fetched)
    if text == NOTHING:
        raise Busy("cannot give its robots.txt now, and is left alone for a while")
    rules = Protego.parse(text)
    if not rules.can_fetch(url, agent):
        raise Impolite("asks robots not to read this page (robots.txt)")
    asked = rules.crawl_delay(agent) or 0
    return int(min(max(settings.HOST_PAUSE, asked), LONGEST_PAUSE))


def wait_turn(url: str, pause: int, *, deadline: float) -> None:
    """Wait until so many seconds have passed since anybody of the desk asked this host.

    Raises:
        Queueing: that would be after `deadline`, by the monotonic clock.
    """
    if not pause:
        return
    key = f"host:{urlsplit(url).netloc}"
    try:
        while not cache.add(key, 1, pause):
            if time.monotonic() > deadline:
                raise Queueing("is asked for so many pages that this one has to wait")
            time.sleep(0.1)
    except RedisError:
        time.sleep(pause)  # Nobody knows who else asks; this one waits.


def _robots(address: str, fetched: Callable[[str], tuple[int, bytes]]) -> str:
    """The text of a robots.txt, or one that says the same as its absence."""
    key = f"robots:{address}"
    try:
        known: str | None = cache.get(key)
    except RedisError:
        known = None
    if known is not None:
        return known
    status, body = fetched(address)
    text = body[:LONGEST].decode("utf-8-sig", "replace") if status == 200 else ""
    if down := status >= 500 or status == TOO_MANY:
        text = NOTHING
    with suppress(RedisError):
        cache.set(key, text, REFUSED if down else REMEMBERED)
    return text
