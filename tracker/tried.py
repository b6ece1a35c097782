"""What the settings name, tried: the model that judges, the servers for mail, failures and traces.

That each is of its type was seen when they were read (tracker/environment.py).
"""

import smtplib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.core import checks, mail
from django.db import DatabaseError, connections
from django.utils import timezone

from claims.ledger.server import PRIMARY, REPLICA
from tracker import replica
from tracker.environment import HERE
from tracker.settings import env
from workers.matching import matcher
from workers.matching.matcher import Matcher, Pair

REPORTING_SECONDS = 5  # for a server that is told of failures or traces to answer
LONG = 5  # seconds that a replica gets to show what the primary has now
THERE = """
SELECT current_setting('server_version'), current_user, pg_is_in_recovery()
    AND NOT EXISTS (SELECT FROM pg_roles WHERE rolname = current_user AND rolsuper)
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing that was looked at; `remedy` is empty where it is well."""

    what: str
    state: str
    remedy: str = ""


def together() -> Iterator[Finding]:
    """Are the settings of one mind about where the desk is reached, and by whom?"""
    given = sum(name in env.ENVIRON for name in env.names)
    public = [host for host in settings.ALLOWED_HOSTS if host.strip("[]") not in HERE]
    yield Finding(what="Settings", state=f"{given} of {len(env.names)} are set, each of its type")
    if settings.DEBUG:
        state = "DEBUG is on: weak secrets are let pass, and errors show the desk's insides"
        yield Finding(what="Settings", state=state, remedy="set DEBUG=false")
    if public and not settings.HTTPS:
        state = f"reached as {', '.join(public)} without TLS: passwords can be read on the way"
        remedy = "put a proxy that speaks TLS before the desk, and set HTTPS=true"
        yield Finding(what="Settings", state=state, remedy=remedy)
    for found in checks.run_checks(include_deployment_checks=settings.HTTPS):
        if found.level >= checks.WARNING:
            yield Finding(what="Settings", state=found.msg, remedy=found.hint or f"see {found.id}")
    yield _log_name(public)


def _log_name(public: list[str]) -> Finding:
    name = settings.LOG_ORIGIN
    remedy = ""
    if "://" in name or "+" in name or name.split() != [name]:
        remedy = "set LOG_ORIGIN to the address of /log without https://, as in desk.org/log"
    elif public and name.partition("/")[0].partition(":")[0] in HERE:
        remedy = "set LOG_ORIGIN to the address that others reach it by: it is the log's for ever"
    return Finding(what="Name of the log", state=name, remedy=remedy)


def copy() -> Iterator[Finding]:
    """Does the replica follow the primary, in time, and can it only be read?"""
    if replica.follower is None:
        return
    remedy = "see that REPLICA_DATABASE_URL is right; until then the primary answers"
    try:
        began, primary = time.monotonic(), replica.standing(PRIMARY)
        follower = replica.compared()[1]
        while follower.position < primary.position and time.monotonic() - began < LONG:
            time.sleep(0.05)
            follower = replica.standing(REPLICA)
        with connections[REPLICA].cursor() as cursor:
            cursor.execute(THERE)
            version, role, only_reads = cursor.fetchone()
    except (DatabaseError, replica.Unfit) as error:
        unfit = isinstance(error, replica.Unfit)
        state = str(error) if unfit else f"does not answer ({str(error).partition(chr(10))[0]})"
        yield Finding(what="Replica", state=state, remedy=remedy)
        return
    behind, seconds = primary.position - follower.position, time.monotonic() - began
    state = f"version {version}, follows the primary, and has what that had {seconds:.1f} s ago"
    if behind > 0:
        state = f"lacks {behind} bytes of what the primary had {seconds:.1f} s ago"
        remedy = "see that it receives (pg_stat_replication at the primary) and is not paused"
    yield Finding(what="Replica", state=state, remedy=remedy if behind > 0 else "")
    told = f"{role} can {'only read' if only_reads else 'do more than read'} there"
    remedy = "let REPLICA_DATABASE_URL name the role tracker_app"
    yield Finding(what="Replica", state=told, remedy="" if only_reads else remedy)


def judge(at: datetime | None = None) -> Iterator[Finding]:
    """Has the matcher judge a pair that no answer can be kept of."""
    at = at or timezone.now()
    pair = Pair(claim="The bridge is closed.", passage=f"The bridge is closed, as of {at}.")
    try:
        asked = matcher.configured(at=at)
        judged = asked.relate(pair)
    except Exception as error:  # noqa: BLE001  # whatever a matcher of somebody's own raises
        state = f"{settings.MATCHER} cannot judge: {type(error).__name__}: {error}"
        remedy = "see MATCHER, MODEL_PATH and their packages; until then no document is read"
        yield Finding(what="Matcher", state=state, remedy=remedy)
        return
    if judged.by == Matcher.name != asked.name:
        state = f"the rules judge in the place of {settings.MATCHER}: {judged.relation.because[-1]}"
        remedy = "see MODEL_URL, MODEL_NAME, MODEL_KEY and the limits"
        yield Finding(what="Matcher", state=state, remedy=remedy)
    else:
        yield Finding(what="Matcher", state=judged.by)


def receivers() -> Iterator[Finding]:
    """Do those answer who are to be told of failures and traces? Nothing is told."""
    for what, name in (("Failures", "SENTRY_DSN"), ("Traces", "OTEL_EXPORTER_OTLP_ENDPOINT")):
        parts = urlsplit(getattr(settings, name))
        if not parts.hostname:
            yield Finding(what=what, state=f"told to nobody, since {name} names no server")
            continue
        place = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        try:
            httpx.head(place, timeout=REPORTING_SECONDS)
            yield Finding(what=what, state=f"told to {place}, which answers")
        except httpx.HTTPError as error:
            remedy = f"see that {name} is right and its server runs ({type(error).__name__})"
            yield Finding(what=what, state=f"{place} does not answer", remedy=remedy)


def letters() -> Iterator[Finding]:
    """Does the mail server take our login? Nothing is sent."""
    if not settings.EMAIL_HOST:
        yield Finding(what="Mail", state="none is sent, since EMAIL_URL names no server")
        return
    place = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    try:
        with mail.get_connection():
            yield Finding(what="Mail", state=f"{place} lets us in")
    except (OSError, smtplib.SMTPException) as error:
        code = getattr(error, "smtp_code", "") or error.__class__.__name__
        remedy = f"see that EMAIL_URL is right and its server runs ({code})"
        yield Finding(what="Mail", state=f"{place} does not let us in", remedy=remedy)
