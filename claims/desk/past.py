"""A claim's page as of a moment: "as we said it on ...", "with what held on ...". Read-only.

The times come from the page's own form, in the desk's time zone, or a position from a link. What
cannot be shown is said in a sentence on the page as it is now.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, QueryDict
from django.utils.dateparse import parse_datetime
from django.utils.http import urlencode
from django.utils.timezone import is_naive, localtime, make_aware
from django.utils.translation import gettext as _

from claims import as_of
from claims.models import Claim, Entry

POSITION = re.compile(r"[0-9]{1,1000}")


class Unclear(Exception):
    """What was asked for cannot be shown; the message says why, for the person who asked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Past:
    """A claim as it stood at a moment, and the claims that it had to do with then."""

    claim: Claim
    related: list[Claim]
    moment: as_of.Moment

    @property
    def query(self) -> str:
        """The same moment as a part of an address, which can be cited."""
        return urlencode(as_of.named(self.moment))


def asked(request: HttpRequest) -> bool:
    """Does the address ask for the past? The form sends empty fields for now."""
    return any(request.GET.get(name) for name in ("as_of", "valid_at"))


def shown(claim_id: UUID, asked: QueryDict) -> Past:
    """The claim at the moment that the address names.

    Raises:
        Unclear: there is no such moment, or the claim was not there.
    """
    recorded, valid_at = asked.get("as_of", ""), _time(asked.get("valid_at", ""))
    try:
        reached = int(recorded) if POSITION.fullmatch(recorded) else _time(recorded)
        moment = as_of.resolve(reached, valid_at)
        past = as_of.past(claim_id, moment)
    except (as_of.NotYet, as_of.NotThere) as error:
        raise Unclear(str(error)) from error
    state = past.state
    others = dict.fromkeys(UUID(one) for one in (state.merged_into, *state.absorbed) if one)
    return Past(claim=as_of.row(claim_id, past), related=as_of.rows(others, moment), moment=moment)


def control(past: Past, asked: QueryDict) -> dict[str, str]:
    """What the page's form shows: the times that were asked for; for a position, its time."""
    recorded = asked.get("as_of", "")
    if POSITION.fullmatch(recorded):
        recorded = _local(past.moment.recorded_at)
    return {"as_of": recorded, "valid_at": _local(past.moment.valid_at)}


def entries(past: Past) -> Any:
    """The claim's entries that count at the moment, newest first."""
    counted = Entry.objects.filter(stream_id=past.claim.id, position__lt=past.moment.size)
    if past.moment.valid_at:
        counted = counted.filter(effective_at__lte=past.moment.valid_at)
    return counted.order_by("-version")


def _local(time: datetime | None) -> str:
    """A time as a datetime-local field takes it: in milliseconds, of which it is within the one
    shown, so that what was recorded then has been recorded by it."""
    if time is None:
        return ""
    up = localtime(time) + timedelta(microseconds=-time.microsecond % 1000)
    return up.replace(tzinfo=None).isoformat(timespec="milliseconds")


def _time(text: str) -> datetime | None:
    """A time from a datetime-local field or a link; None where the field was left empty."""
    if not text:
        return None
    try:
        time = parse_datetime(text)
    except ValueError:
        time = None
    # At either end of the calendar there is no other time zone to show a time in.
    if time is None or not 1 < time.year < 9999:
        raise Unclear(
            _("“%(text)s” is not a time; choose a day and an hour.") % {"text": text[:50]}
        )
    return make_aware(time) if is_naive(time) else time
