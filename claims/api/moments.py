"""As of a moment: how a client names it, and how the answer tells it back.

An answer about a moment carries the position that it was computed at, so that it can be cited.
Its ETag is made of its content, and cannot be taken for the version of a claim. What a position
stands for never changes and may be kept; but for a day only, so that words which are erased from
the ledger leave the clients' caches too.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponseBase
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from claims import as_of
from claims.api.versions import versioned
from claims.ledger.entry import timestamp
from tracker.asking import Parameters

POSITION = re.compile(r"[0-9]{1,1000}")
# RFC 3339, section 5.6; a plus sign in an address that was not encoded arrives as a space.
TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})", re.I)
FOR_EVER = "private, max-age=86400, immutable"
FOR_NOW = "private, no-cache"


class Time(serializers.CharField):
    """A moment by RFC 3339, which always names its offset."""

    default_error_messages = {
        "time": _(
            "Give a time by RFC 3339 with its offset, as in 2026-03-05T18:00:00Z or "
            "2026-03-05T18:00:00%2B01:00."
        ),
    }

    def to_internal_value(self, data: Any) -> Any:
        text = super().to_internal_value(data)
        if not TIME.fullmatch(text):
            self.fail("time")
        try:
            return datetime.fromisoformat(text.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail("time")


class PositionOrTime(Time):
    """A place in the log, or a time that stands for the last entry recorded by then."""

    default_error_messages = {
        "time": _(
            "Give a position, as in 41, or a time by RFC 3339 with its offset, as in "
            "2026-03-05T18:00:00Z or 2026-03-05T18:00:00%2B01:00."
        ),
    }

    def to_internal_value(self, data: Any) -> Any:
        text = str(data)
        return int(text) if POSITION.fullmatch(text) else super().to_internal_value(data)


class Moments(Parameters):
    """The moment that is asked about; now, where nothing is given."""

    as_of = PositionOrTime(
        required=False,
        help_text="As the desk said it then: a position, up to and with which the entries count, "
        "or an RFC 3339 time, which stands for the last entry recorded at or before it.",
    )
    valid_at = Time(
        required=False,
        help_text="An RFC 3339 time: only what holds at or before it counts (`effective_at`).",
    )


class AsOf(serializers.Serializer[Any]):
    """The moment of an answer: entries at positions up to and with `position` count, of those
    the ones that hold by `valid_at`. Cite the position: it always stands for the same."""

    position = serializers.IntegerField(
        allow_null=True, help_text="The last position that counts; null before the first entry."
    )
    recorded_at = serializers.DateTimeField(
        allow_null=True, help_text="When the entry at that position was recorded."
    )
    valid_at = serializers.DateTimeField(
        allow_null=True, help_text="As asked; null where all that was recorded counts."
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """The moment that a client asked about; `fixed` where it named the position itself."""

    moment: as_of.Moment
    fixed: bool

    @property
    def body(self) -> dict[str, Any]:
        """What the answer says of its moment, with times as the log writes them."""
        moment = self.moment
        times = {"recorded_at": moment.recorded_at, "valid_at": moment.valid_at}
        shown = {name: time and timestamp(time) for name, time in times.items()}
        return {"as_of": {"position": moment.position, **shown}}

    @property
    def query(self) -> str:
        """The same moment by its position, as part of an address."""
        return urlencode(as_of.named(self.moment))

    def fixed_address(self, request: Request) -> str:
        """The address of the request with the position in place of whatever stood for it."""
        here = request.build_absolute_uri()
        if self.moment.position is None:
            return here
        return str(replace_query_param(here, "as_of", str(self.moment.position)))


def asked(parameters: dict[str, Any]) -> Asked | None:
    """The moment that valid parameters name, or None where they ask about now.

    Raises:
        ValidationError: for a position or a recording time that is not reached yet.
    """
    given, valid_at = parameters.get("as_of"), parameters.get("valid_at")
    if given is None and valid_at is None:
        return None
    try:
        moment = as_of.resolve(given, valid_at)
    except as_of.NotYet as error:
        raise serializers.ValidationError({"as_of": [str(error)]}) from error
    return Asked(moment=moment, fixed=isinstance(given, int))


def then(request: Request, asked: Asked, body: dict[str, Any]) -> HttpResponseBase:
    """An answer about a moment, or 304 where the client has it."""
    whole = asked.body | body
    digest = hashlib.sha256(JSONRenderer().render(whole)).hexdigest()
    cache = FOR_EVER if asked.fixed else FOR_NOW
    return versioned(request, f"as-of-{digest[:32]}", lambda: whole, cache)
