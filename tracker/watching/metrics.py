"""How the desk does, for Prometheus: `/metrics`, closed unless a setting opens it.

What is told is asked of PostgreSQL at each scrape, so that it is the same whichever process answers
and no process has to be up for it. A part that cannot be asked is left out and named; what takes
longer than LONGEST is such a part. Requests alone are counted by whoever answers them (`traffic`).
"""

import hmac
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Metric, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from redis import RedisError

from claims.access import address
from claims.clients import measures
from sources import health
from tracker import errors, replica
from tracker.celery import BEAT_KEY
from tracker.watching import reach, traffic

LONGEST = 5  # seconds that a part may take
SHORTEST_TOKEN = 16  # characters
PREFIX = "claim_tracker_"
OF_PROXIES = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto")


def page(request: HttpRequest) -> HttpResponse:
    """All figures in Prometheus' text format, for those who may see them."""
    token, networks = keys()
    if not token and not networks:
        return errors.respond("not-found", request)
    if not _may(request, token, networks):
        response = errors.respond("unauthenticated", request, detail="The figures are not public.")
        response["WWW-Authenticate"] = "Bearer"
        return response
    registry = CollectorRegistry()
    registry.register(Figures(timezone.now()))
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class Figures:
    """Everything that is told, as of a moment; a collector of prometheus_client."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def collect(self) -> Iterator[Metric]:
        """The families of metrics, each with its meaning."""
        failed = _gauge("scrape_failed", "1 where a part could not be asked for.", "part")
        up = reach.database()
        yield _one("database_up", "1 while PostgreSQL answers.", float(up))
        for name, part in PARTS.items():
            try:
                families = _asked(part, self.at) if up else []
                failed.add_metric([name], float(not up))
                yield from families
            except (DatabaseError, InterfaceError):
                failed.add_metric([name], 1.0)
        yield failed
        yield from _messages()
        yield from traffic.counted()


def queue(at: datetime) -> Iterator[Metric]:
    """What waits for people, and what was proposed."""
    found = measures.queue(at=at)
    family = _gauge("proposals_open", "Proposals that wait for a person.", "disputed")
    family.add_metric(["yes"], found.disputed)
    family.add_metric(["no"], found.others)
    yield family
    told = "How long the oldest open proposal waits; 0 where none does."
    yield _one("proposals_open_oldest_age_seconds", told, found.oldest)
    told = "Proposals of the last day by who made them and what became of them."
    family = _gauge("proposals_made_last_day", told, "matcher", "state")
    for matcher, state, many in measures.made(at=at):
        family.add_metric([matcher, state], many)
    yield family


def reading(at: datetime) -> Iterator[Metric]:
    """Documents and feeds."""
    backlog = health.backlog(at=at)
    family = _gauge("documents", "Documents by state; postponed ones wait for their site.", "state")
    for state, number in backlog.states.items():
        family.add_metric([state], number)
    yield family
    told = "How long the oldest document that is due waits to be read; 0 where none does."
    yield _one("documents_waiting_oldest_age_seconds", told, backlog.oldest)
    told = "Documents that came to an end in the last hour, of each state the last thousand."
    many = _gauge("ingest_last_hour_documents", told, "state")
    told = "Within what time that share of them ended, from when they began to wait."
    seconds = _gauge("ingest_last_hour_seconds", told, "state", "share")
    for found in health.finished(at=at):
        many.add_metric([found.state], found.documents)
        for share, value in (("0.5", found.half), ("0.9", found.most), ("1", found.all)):
            seconds.add_metric([found.state, share], value)
    yield many
    yield seconds
    feeds = health.feeds()
    yield _one("feeds_active", "Feeds that are looked at.", feeds["active"])
    yield _one("feeds_failing", "Of them, those that failed three times or more.", feeds["failing"])


def ledger(at: datetime) -> Iterator[Metric]:
    """The log, how far it is signed, and whether the read side is what it says."""
    found = measures.signed(at=at)
    told = "Events on the ledger; its rate is the appends per second."
    yield CounterMetricFamily(f"{PREFIX}ledger_events", told, value=found.size)
    yield _one("checkpoint_events", "Events that the newest checkpoint covers.", found.checkpoint)
    behind = found.size - found.checkpoint
    yield _one("ledger_unsigned_events", "Events that no checkpoint covers.", behind)
    told = "How old the oldest of them is; 0 where there is none."
    yield _one("ledger_unsigned_oldest_age_seconds", told, found.unsigned_for)
    if found.signed_at:
        told = "When the newest checkpoint was signed (Unix time)."
        yield _one("checkpoint_timestamp_seconds", told, found.signed_at.timestamp())
    if check := measures.last_check():
        told = "When the read side was last compared with the ledger (Unix time)."
        yield _one("read_side_check_timestamp_seconds", told, check.at.timestamp())
        yield _one("read_side_check_events", "The ledger's size then.", check.size)
        told = "Claims that the read side shows otherwise than the ledger, by that comparison."
        yield _one("read_side_differences", told, check.left)


def webhooks(at: datetime) -> Iterator[Metric]:
    """Each webhook under its number, which its page in the admin has in its address."""
    families = [
        _gauge(f"webhook_{name}", told, "subscription")
        for name, told in (
            ("behind_events", "Events of the ledger from the first that it has not taken."),
            ("waiting_messages", "Messages that wait to be sent to it."),
            ("waiting_oldest_age_seconds", "How long the oldest of them waits."),
            ("failed_messages", "Messages that were given up."),
            ("stopped", "1 where nothing is sent to it any more."),
        )
    ]
    for one in measures.behind(at=at):
        values = (one.events, one.waiting, one.oldest, one.failed, one.stopped)
        for family, value in zip(families, values, strict=True):
            family.add_metric([str(one.subscription)], float(value))
    yield from families


def copy(at: datetime) -> Iterator[Metric]:
    """The replica, as this process sees it; nothing where there is none."""
    if replica.follower is None:
        return
    late = replica.follower.late()
    yield _one("replica_up", "1 while the replica answers and follows.", float(late is not None))
    if late is not None:
        told = "By how much it may be late; where it is later than REPLICA_LAG, by that or more."
        yield _one("replica_lag_seconds", told, late)


PARTS: dict[str, Callable[[datetime], Iterable[Metric]]] = {
    "queue": queue,
    "reading": reading,
    "ledger": ledger,
    "webhooks": webhooks,
    "replica": copy,
}


def _asked(part: Callable[[datetime], Iterable[Metric]], at: datetime) -> list[Metric]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = '{LONGEST}s'")
        return list(part(at))


def _messages() -> Iterator[Metric]:
    """Redis, and when beat and a worker were last alive together: a task of beat's notes that."""
    try:
        with reach.redis() as redis:
            beat = redis.get(BEAT_KEY)
    except (RedisError, OSError):
        yield _one("redis_up", "1 while Redis answers.", 0)
        return
    yield _one("redis_up", "1 while Redis answers.", 1)
    if beat is not None:
        told = "When beat was last heard of through a worker (Unix time)."
        yield _one("beat_timestamp_seconds", told, float(beat))


def _may(request: HttpRequest, token: str, networks: tuple[IPv4Network | IPv6Network, ...]) -> bool:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if token and scheme.lower() == "bearer":
        return hmac.compare_digest(given.strip().encode(), token.encode())
    if not settings.TRUSTED_PROXIES and any(name in request.headers for name in OF_PROXIES):
        return False  # It came through a proxy that nobody told of: whose address this is, is open.
    believed = address.of(request)
    return believed is not None and any(ip_address(believed) in network for network in networks)


def keys() -> tuple[str, tuple[IPv4Network | IPv6Network, ...]]:
    """The token and the networks of the settings; raises ImproperlyConfigured."""
    token = settings.METRICS_TOKEN
    if token and len(token) < SHORTEST_TOKEN:
        raise ImproperlyConfigured(f"METRICS_TOKEN needs {SHORTEST_TOKEN} characters or more.")
    try:
        return token, tuple(ip_network(one) for one in settings.METRICS_NETWORKS)
    except ValueError as error:
        raise ImproperlyConfigured(f"METRICS_NETWORKS: {error}") from error


def _gauge(name: str, told: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(PREFIX + name, told, labels=labels)


def _one(name: str, told: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(PREFIX + name, told, value=value)
