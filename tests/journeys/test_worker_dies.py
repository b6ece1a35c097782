"""Workers die in mid-document: nothing is lost, nothing is done twice, and it ends one day."""

import os
import signal
import subprocess
import time
from datetime import timedelta
from threading import Event

import pytest
from django.db import connection, transaction
from django.utils import timezone

from claims.models import Proposal
from sources import intake, nudge
from sources.models import Document, Passage
from tests.claims.build import at_once
from tests.conftest import Server
from tests.journeys.at_work import article, hand_in, outcome, placing, states, undisturbed, until
from workers.ingest import ingest
from workers.placing import ONE_AT_A_TIME

pytestmark = pytest.mark.slow


def test_a_worker_killed_in_mid_document_loses_nothing_and_repeats_nothing(worker: Server) -> None:
    bodies = [article(town, 30) for town in ("Arvelle", "Bruzac", "Corvas")]
    expected = undisturbed(bodies)
    documents = [hand_in(body) for body in bodies]
    until(placing)
    time.sleep(0.3)  # some of its passages are placed, and others are not

    worker.kill()
    assert "waiting" in states()
    worker.start()
    intake.nudge_forgotten(at=timezone.now() + timedelta(minutes=2))
    for document in documents:
        nudge.send(document.id)  # once more, as Redis gives back what the dead had taken
    until(lambda: states() == {"read"})

    assert outcome() == expected


def test_a_document_that_kills_every_worker_ends_as_failed_and_others_are_read(
    worker: Server,
) -> None:
    deadly = hand_in(article("Dorval", 120))
    for attempt in range(1, intake.MOST_ATTEMPTS + 1):
        _until_begun(attempt)
        _out_of_memory(worker)
    until(lambda: states() == {"failed"})

    deadly.refresh_from_db()
    assert deadly.reason == (
        "Reading was begun 5 times and never finished; the document may be too large or damaged."
    )
    assert not Passage.objects.exists()
    assert not Proposal.objects.exists()
    hand_in(article("Estrade", 1))
    until(lambda: states() == {"failed", "read"})


def test_waiting_for_the_document_before_is_no_attempt_however_long_it_takes(
    committed: None,
) -> None:
    waiting = hand_in(article("Fanjol", 2))
    begun = Event()

    def before_it() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
            begun.set()
            time.sleep(1)

    def in_a_hurry() -> None:
        begun.wait()
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '300ms'; SET statement_timeout = '500ms'")
        ingest(waiting.id, at=timezone.now())

    assert at_once(before_it, in_a_hurry) == [None, None]
    waiting.refresh_from_db()
    assert (waiting.state, waiting.attempts) == ("read", 1)


def _until_begun(attempt: int) -> None:
    until(lambda: placing() and Document.objects.get().attempts == attempt)


def _out_of_memory(worker: Server) -> None:
    """Kill those who read, as the kernel does where memory runs out; their master lives."""
    assert worker.process
    master = str(worker.process.popen.pid)
    found = subprocess.run(["pgrep", "-P", master], capture_output=True, text=True, check=True)
    for pid in found.stdout.split():
        os.kill(int(pid), signal.SIGKILL)
