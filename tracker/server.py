"""How the web server runs: `gunicorn -c python:tracker.server tracker.wsgi`.

Each process has threads that wait for the database side by side, and readers of the feed wait in
them, too: no more than FEED_WAITERS, so that the others always find one. Threads share the
connections of a pool, because a thread that waits needs none.
"""

import os

bind = os.environ.get("WEB_BIND", "127.0.0.1:8000")
worker_class = "gthread"
workers = int(os.environ.get("WEB_PROCESSES", "2"))
threads = int(os.environ.get("WEB_THREADS", "32"))
graceful_timeout = 10  # seconds
limit_request_line = 8190  # characters of an address
logger_class = "tracker.serverlog.Log"  # which leaves the log of requests to `tracker.requests`
control_socket_disable = True
os.environ.setdefault("DATABASE_POOL", "8")
