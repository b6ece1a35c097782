"""The desk's settings with those peers that are Django apps, where they are installed."""

from importlib.util import find_spec

from tracker.settings import *  # noqa: F403
from tracker.settings import INSTALLED_APPS as OURS

PEERS = [name for name in ("pgtrigger", "pghistory") if find_spec(name)]
INSTALLED_APPS = [*OURS, *PEERS]
