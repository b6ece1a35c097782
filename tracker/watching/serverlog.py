"""gunicorn's own lines in the form of all others (`logger_class` of `tracker.server`).

Its log of requests is left off: it writes queries, and `requests` beside this has a line for each.
"""

import logging.config
import os
from typing import Any

from django.conf import settings
from gunicorn.glogging import Logger

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")


class Log(Logger):
    """Hands on what gunicorn says of itself to the desk's log."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        logging.config.dictConfig(settings.LOGGING)
        logging.captureWarnings(True)
