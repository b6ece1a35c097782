"""How many requests a client may make in a minute, and telling it how many are left.

Counted in Redis by minutes of the clock, for all processes together; each takes a fiftieth of a
client's minute at once, so that most requests ask nobody. Where Redis is away nobody is
refused: it is there to keep one client from taking the desk away from the others, and guards no
secret. The headers are those of draft-ietf-httpapi-ratelimit-headers-10.
"""

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from redis import Redis, RedisError
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from claims.access import address
from claims.models import ApiKey

if TYPE_CHECKING:  # REST framework loads this module to make that one.
    from rest_framework.views import APIView

MINUTE = 60  # seconds
PORTIONS = 50  # in which a client's minute is taken
REMEMBERED = 50_000  # clients
# By client: the minute, the last request counted in it, and the last that this process may count.
ahead: dict[str, tuple[int, int, int]] = {}
logger = logging.getLogger(__name__)
redis = Redis.from_url(settings.REDIS_URL, socket_timeout=0.5, socket_connect_timeout=0.5)


class Left(NamedTuple):
    """What a client has left of its minute: of `most`, for `seconds` more."""

    most: int
    rest: int
    seconds: int


class PerMinute(BaseThrottle):
    """So many requests a minute for each key, and for each address without one."""

    left: Left | None = None

    def allow_request(self, request: Request, view: "APIView") -> bool:
        if hasattr(request._request, "left"):  # What is asked of a second server counts once.
            self.left = request._request.left
        elif isinstance(request.auth, ApiKey):
            self.left = of_key(request.auth)
        elif request.user and request.user.is_authenticated:
            return True  # a person at the desk
        else:
            who = f"address:{address.of(request._request)}"
            self.left = taken(who, settings.ANONYMOUS_PER_MINUTE, now=time.time())
        return within(request._request, self.left)

    def wait(self) -> float | None:
        return self.left.seconds if self.left else None


def within(request: HttpRequest, left: Left | None) -> bool:
    """Whether a client has room in its minute, which `told` tells it with the answer."""
    request.left = left  # type: ignore[attr-defined]
    return left is None or left.rest >= 0


def of_key(key: ApiKey) -> Left | None:
    """What is left to a key after one more request now; None if unknown."""
    most = key.per_minute or settings.KEY_PER_MINUTE
    return taken(f"key:{key.pk}", most, now=time.time())


def taken(who: str, most: int, *, now: float) -> Left | None:
    """What is left to a client after one more request at `now` (Unix time); None if unknown."""
    minute, second = divmod(int(now), MINUTE)
    portion = max(1, most // PORTIONS)
    counted, last, until = ahead.get(who, (0, 0, 0))
    if counted != minute or last >= until:
        try:
            until = _more(f"requests:{who}:{minute}", portion)
        except RedisError as error:
            logger.warning("Requests are not counted for now: %s", error)
            return None
        last = until - portion
    if len(ahead) > REMEMBERED:
        ahead.clear()
    ahead[who] = minute, last + 1, until
    return Left(most=most, rest=most - last - 1, seconds=MINUTE - second)


def _more(name: str, portion: int) -> int:
    """Take a portion of a minute; how much of it is taken by all processes then."""
    pipe = redis.pipeline(transaction=False)
    pipe.incr(name, portion)
    pipe.expire(name, MINUTE)
    return int(pipe.execute()[0])


def told(answer: Callable[[HttpRequest], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Middleware: what a counted client has left, in the headers of its answer."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = answer(request)
        left: Left | None = getattr(request, "left", None)
        if left:
            response["RateLimit-Policy"] = f'"minute";q={left.most};w={MINUTE}'
            response["RateLimit"] = f'"minute";r={max(left.rest, 0)};t={left.seconds}'
        return response

    return middleware
