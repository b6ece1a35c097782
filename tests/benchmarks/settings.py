"""The desk's settings with those peers that are Django apps."""

from tracker.settings import *  # noqa: F403
from tracker.settings import INSTALLED_APPS as OURS

INSTALLED_APPS = [*OURS, "pgtrigger", "pghistory", "tests.benchmarks.tracked"]
ROOT_URLCONF = "tests.benchmarks.urls"
KEY_PER_MINUTE = 100_000_000
PGTRIGGER_INSTALL_ON_MIGRATE = False
