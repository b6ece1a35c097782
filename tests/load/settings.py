"""The desk's settings, and the number of queries told with each answer."""

from tracker.settings import *  # noqa: F403
from tracker.settings import MIDDLEWARE as OURS

MIDDLEWARE = ["tests.load.counting.Counted", *OURS]
