"""A Celery worker to whom loopback is a public network, so that it may post to a test."""

import sys

from celery.__main__ import main

from sources import connecting

if __name__ == "__main__":
    connecting.is_public = lambda address: True
    sys.argv = ["celery", "-A", "tracker", "worker", *sys.argv[1:]]
    main()
