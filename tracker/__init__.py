"""Wiring only: settings, URLs, Celery, the commands that start and check the whole."""

from tracker.celery import app as celery_app

__all__ = ["celery_app"]
