"""How many requests were answered, how, and how fast: counted in files that all processes share.

A web server has several processes and a scrape reaches one of them. Each counts in a file of its
own in PROMETHEUS_MULTIPROC_DIR, and whoever is asked adds all of them up (prometheus_client's mode
for many processes). Without that folder nothing is counted, since one process's part of the truth
would be shown as the whole.
"""

import tempfile
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from prometheus_client import CollectorRegistry, Counter, Histogram, Metric
from prometheus_client.multiprocess import MultiProcessCollector

FOLDER: str = settings.PROMETHEUS_MULTIPROC_DIR
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # seconds
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

_requests = Counter(
    "claim_tracker_http_requests",
    "Requests that were answered, by the pattern of their address.",
    ("method", "route", "status"),
    registry=None,
)
_seconds = Histogram(
    "claim_tracker_http_request_seconds",
    "How long answering took.",
    ("route",),
    buckets=BUCKETS,
    registry=None,
)
_answers = Counter(
    "claim_tracker_read_answers",
    "Answers to reads that a replica may give, by who gave them and why the primary did.",
    ("server", "because"),
    registry=None,
)


def begin() -> None:
    """Make the folder, when a server starts.

    Raises ImproperlyConfigured where nothing can be counted in it.
    """
    if not FOLDER:
        return
    try:
        Path(FOLDER).mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=FOLDER):
            pass
    except OSError as error:
        raise ImproperlyConfigured(
            f"PROMETHEUS_MULTIPROC_DIR: nothing can be written there ({error}). Name a folder of "
            "this server's own user, or none."
        ) from error


def method(given: str | None) -> str:
    """The method as it is told: anybody may send any word for one."""
    return given if given in METHODS else "OTHER"


def count(*, method: str, route: str, status: int, seconds: float) -> None:
    """One more request was answered."""
    if FOLDER:
        _requests.labels(method, route, str(status)).inc()
        _seconds.labels(route).observe(seconds)


def answered(server: str, because: str = "") -> None:
    """One more read was answered by the replica, or in its place by the primary."""
    if FOLDER:
        _answers.labels(server, because).inc()


def counted() -> Iterable[Metric]:
    """What all processes counted."""
    if not FOLDER:
        return ()
    files = MultiProcessCollector(CollectorRegistry(), path=FOLDER)  # type: ignore[no-untyped-call]
    found: Iterable[Metric] = files.collect()  # type: ignore[no-untyped-call]
    return found
