"""Keeps the workers of one run apart, before anything reads a setting: each has a Redis of its own.

Their databases are apart anyway, since each makes one of its own (conftest.py).
"""

import os
from urllib.parse import urlsplit

worker = os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")
if worker and "REDIS_URL" in os.environ:
    given = urlsplit(os.environ["REDIS_URL"])
    number = int(given.path.strip("/") or 0) + 1 + int(worker)
    os.environ["REDIS_URL"] = given._replace(path=f"/{number}").geturl()
