"""How the web server runs: `gunicorn -c python:tracker.server tracker.wsgi`.

Each process has threads that wait for the database side by side, and readers of the feed wait in
them, too: no more than FEED_WAITERS, so that the others always find one. Threads share the
connections of a pool, because a thread that waits needs none.
"""

import os

from tracker.environment import Environment
from tracker.watching import reporting

env = Environment(os.environ)
bind = env.str("WEB_BIND", default="127.0.0.1:8000")
worker_class = "gthread"
workers = env.number("WEB_PROCESSES", default=2, least=1)
threads = env.number("WEB_THREADS", default=32, least=1)
env.refuse_to_start()

graceful_timeout = 10  # seconds
limit_request_line = 8190  # characters of an address
# It leaves the log of requests to `tracker.watching.requests`.
logger_class = "tracker.watching.serverlog.Log"
# A process that gives no sign of life for so long is killed: longer than any statement of the
# database may take (settings.database), and longer than a reader of the feed may wait (seconds).
timeout = 90
# Who asked is told by the connection and by TRUSTED_PROXIES (claims/access/address.py) alone.
forwarded_allow_ips = ""
# That sign of life is a file, which must not wait for a disk.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108
control_socket_disable = True
os.environ.setdefault("DATABASE_POOL", "8")


def post_fork(_server: object, _worker: object) -> None:
    """Tell of failures and traces, where settings say to whom; before anything else can fail."""
    reporting.begin()


def worker_exit(_server: object, _worker: object) -> None:
    """Send what is not sent yet."""
    reporting.end()


def post_worker_init(worker: object) -> None:
    """Load what the first requests would otherwise all load at once, each for some seconds: the
    addresses with everything behind them, and what reading needs to know of languages."""
    from django.urls import get_resolver
    from django.utils import timezone

    from workers.reading import read

    get_resolver().url_patterns  # noqa: B018  # a property that loads them
    text = b"The bridge has been closed to all traffic since Monday morning."
    read(text, content_type="text/plain", fetched_at=timezone.now())
