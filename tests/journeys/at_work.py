"""What journeys are made of: documents on their way, patience, and what came of them.

What a document should come to is told by the same code undisturbed: in this process, one document
after the other, in a transaction that is rolled back.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias

import httpx
from celery.beat import PersistentScheduler
from django.contrib.auth.models import Group, User
from django.db import connection, transaction
from django.utils import timezone

from claims.models import Finding, Proposal
from sources import intake
from sources.models import Document, Passage
from tests.conftest import Server, desk_process
from tracker.celery import app
from workers.ingest import ingest

Rows: TypeAlias = list[tuple[Any, ...]]
PASSWORD = "a long pass phrase"
THINGS = ("pont", "gare", "port", "phare", "musée", "stade", "marché", "jardin", "canal", "moulin")


def until(done: Callable[[], object], patience: float = 60) -> None:
    """Wait until something is so, and fail where it never is."""
    deadline = time.monotonic() + patience
    while not done():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.05)


def article(town: str, sentences: int) -> bytes:
    """An article in which every sentence is a claim of its own; two hundred take some seconds."""
    lines = (
        f"Le {THINGS[number % 10]} de {town}-{number} a coûté {number * 37 + 1200} euros"
        f" à la commune en {1900 + number % 120}."
        for number in range(sentences)
    )
    return "\n".join(lines).encode()


def hand_in(body: bytes, *, at: datetime | None = None) -> Document:
    """Take an article in, and tell the workers."""
    received = intake.receive(
        body=body,
        filename="article.txt",
        content_type="text/plain",
        by="test",
        at=at or timezone.now(),
    )
    return received.document


def undisturbed(bodies: Iterable[bytes]) -> tuple[Rows, Rows, int]:
    """What these articles come to where nothing happens to anybody."""
    with transaction.atomic():
        for body in bodies:
            ingest(hand_in(body).id, at=timezone.now())
        expected = outcome()
        transaction.set_rollback(True)
    return expected


def outcome() -> tuple[Rows, Rows, int]:
    """Every passage and every piece of evidence there is, and how many proposals."""
    passages = Passage.objects.values_list("version__sha256", "number", "start", "end", "kind")
    findings = Finding.objects.values_list("document", "start", "end", "stance", "quote")
    return sorted(passages), sorted(findings), Proposal.objects.count()


def states() -> set[str]:
    """The states in which documents are."""
    return set(Document.objects.values_list("state", flat=True))


def placing() -> bool:
    """Is a worker in the middle of a document, with its passages half placed?"""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = database"
            " WHERE locktype = 'advisory' AND granted AND datname = current_database())"
        )
        return bool(cursor.fetchone()[0])


def beat(folder: Path) -> Server:
    """A real beat that was away for an hour: whatever it does is due as soon as it starts."""
    schedule = str(folder / "schedule")
    scheduler = PersistentScheduler(app=app, schedule_filename=schedule)
    for entry in scheduler.schedule.values():
        entry.last_run_at = timezone.now() - timedelta(hours=1)
    scheduler.close()
    command = ["celery", "-A", "tracker", "beat", f"--schedule={schedule}", "--pidfile="]
    return desk_process(folder, "beat", command, lambda: True)


def reviewer(name: str, first_name: str) -> User:
    """A reviewer who may log in."""
    user = User.objects.create_user(
        name, password=PASSWORD, is_staff=True, first_name=first_name, last_name="Diallo"
    )
    user.groups.add(Group.objects.get(name="Reviewer"))
    return user


@contextmanager
def logged_in(live: Server, name: str) -> Iterator[httpx.Client]:
    """The desk's pages for somebody who has logged in by the form."""
    with httpx.Client(base_url=live.url, follow_redirects=True, timeout=30) as client:
        client.get("/admin/login/")
        typed = {"username": name, "password": PASSWORD, "next": "/admin/"}
        answer = client.post("/admin/login/", data=typed | token(client))
        assert answer.url.path == "/admin/", answer.text
        yield client


def token(client: httpx.Client) -> dict[str, str]:
    """What proves that a form was sent from one of the desk's own pages."""
    return {"csrfmiddlewaretoken": client.cookies["csrftoken"]}
