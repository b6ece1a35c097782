"""What is told to servers elsewhere, where settings name them: failures, and how long things take.

Neither is told unless SENTRY_DSN or OTEL_EXPORTER_OTLP_ENDPOINT says to whom, and the packages of
each are an extra of their own, loaded here and only then. Each process begins for itself, after its
fork: threads that send do not survive one, and connections must not be shared.
"""

import tomllib

from django.conf import settings

PATIENCE = 2.0  # seconds for what is not sent yet when a process ends, of each of the two


def begin() -> None:
    """From here on this process tells of failures, and of requests and tasks as traces."""
    failures_only()
    if settings.OTEL_EXPORTER_OTLP_ENDPOINT:
        from tracker.watching import tracing

        tracing.begin(version())


def failures_only() -> None:
    """The same for a process that neither answers requests nor does tasks, but may fail."""
    if settings.SENTRY_DSN:
        from tracker.watching import failures

        failures.begin(version())


def end() -> None:
    """Send what is not sent yet, for some seconds at most; afterwards nothing is told."""
    if settings.SENTRY_DSN:
        from tracker.watching import failures

        failures.end(PATIENCE)
    if settings.OTEL_EXPORTER_OTLP_ENDPOINT:
        from tracker.watching import tracing

        tracing.end(PATIENCE)


def version() -> str:
    """The release that runs, as the project's own file names it."""
    project = (settings.BASE_DIR / "pyproject.toml").read_text(encoding="utf-8")
    return str(tomllib.loads(project)["project"]["version"])
