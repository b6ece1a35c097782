#!/usr/bin/env python3
"""The one command of Claim Tracker; it needs Python 3.11 and nothing else.

An older Python must be able to read this file, to be told so: hence no annotations.
"""

import os
import signal
import sys
import types
from pathlib import Path

ROOT = Path(__file__).resolve().parent
MEASURED = ["tests/benchmarks", "--ds=tests.benchmarks.settings", "--benchmark=quick", "-q", "-s"]
PYTEST = {"test": [], "benchmark": MEASURED}
# All of them at once; a file's tests stay together, and files and tests in their order.
WHOLE = ["-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"]


def main(arguments):
    """Run one command in the project's environment, with the services it needs; its exit code."""
    if sys.version_info < (3, 11):  # noqa: UP036  # this is where it is required
        sys.exit("Claim Tracker needs Python 3.11 or newer; this is " + sys.version.split()[0])
    # The package imports Celery, which a fresh machine does not have and which would read its
    # address too early; a bare package stands in for it until the services are running.
    package = sys.modules["tracker"] = types.ModuleType("tracker")
    package.__path__ = [str(ROOT / "tracker")]
    from tracker.local import boot

    boot.enter(ROOT)
    # A request to stop unwinds the stack as Ctrl-C does, so that what was started is stopped.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    from tracker.local import processes, services

    command = services.command(arguments)
    with services.running(ROOT, command, dict(os.environ)) as environment:
        os.environ.update(environment)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")
        if command in PYTEST:
            given = arguments[1:] or (WHOLE if command == "test" else [])
            pytest = [sys.executable, "-m", "pytest", *PYTEST[command], *given]
            return processes.run(pytest, cwd=ROOT, environment=os.environ)
        del sys.modules["tracker"]
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line

        from tracker import outages

        try:
            execute_from_command_line([sys.argv[0], *arguments])
        except ImproperlyConfigured as error:
            sys.exit(f"These settings cannot be used (docs/operations.md tells of each):\n{error}")
        except outages.FAILURES as error:
            sentence = outages.sentence(error)
            if not sentence or "--traceback" in arguments:
                raise
            sys.exit(sentence)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
