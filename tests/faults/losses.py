"""What a desk owes to those who worked with it while it broke, and whether it has all of that.

Each question gives a sentence for every loss. They are asked of the database past every wire, of
the API as its readers ask, and of the project's own tools for those who trust nobody.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.faults.desk import Desk, patiently
from tests.faults.load import Load
from tests.workers.subscriber import Got, Subscriber
from tracker.celery import app

OFTEN = 3  # seconds in which two minutes pass


@dataclass
class Auditor:
    """Waits until a desk has come to rest, and asks for everything that it was given."""

    desk: Desk
    load: Load
    subscriber: Subscriber
    notes: list[Path] = field(default_factory=list)  # checkpoints of earlier rounds

    def settle(self, *, hurried: bool, seconds: float) -> Iterator[str]:
        """Wait for what is under way; in a hurry minutes pass in seconds."""

        again = time.monotonic()

        def rests() -> bool:
            nonlocal again
            if hurried and time.monotonic() >= again:
                self._let_time_pass()
                again = time.monotonic() + OFTEN
            return not list(self._under_way())

        if not patiently(rests, seconds):
            yield from self._under_way()

    def losses(self) -> Iterator[str]:
        """A sentence for everything that is lost, done twice, made up or in disorder."""
        yield from self.load.wrong
        for _name, ask in self.questions():
            yield from ask()

    def questions(self) -> list[tuple[str, Callable[[], Iterator[str]]]]:
        """What is asked, each by its name."""
        return [
            ("documents", self._documents),
            ("commands", self._commands),
            ("log", self._log),
            ("feed", self._feed),
            ("webhooks", self._webhooks),
            ("proofs", self._proofs),
        ]

    def keeps_a_checkpoint(self) -> bool:
        """Keep the newest checkpoint, with which what comes must be consistent; if there is one."""
        answer = httpx.get(f"{self.desk.url}/log/checkpoint", timeout=30)
        if answer.status_code == 200:
            note = self.desk.folder / f"checkpoint-{len(self.notes)}"
            note.write_bytes(answer.content)
            self.notes.append(note)
        return answer.status_code == 200

    def _let_time_pass(self) -> None:
        self.desk.ask(
            "WITH late AS (UPDATE sources_document SET nudged_at = nudged_at - interval '2 minutes'"
            " WHERE state = 'waiting' RETURNING 1) SELECT count(*) FROM late"
        )
        with app.connection_for_write(self.desk.redis_url) as broker:
            for name in ("workers.nudge_forgotten", "workers.tell_subscribers"):
                app.send_task(name, connection=broker, expires=30)

    def _under_way(self) -> Iterator[str]:
        """What is not yet done: nothing, once a desk has come to rest."""
        for document, attempts in self.desk.ask(
            "SELECT id, attempts FROM sources_document WHERE state = 'waiting'"
        ):
            yield f"document {document} waits for ever, after {attempts} attempts"
        ((late,),) = self.desk.ask("SELECT count(*) FROM claims_delivery WHERE state = 'waiting'")
        if late:
            yield f"{late} messages to a subscriber wait for ever"
        ((size,),) = self.desk.ask("SELECT size FROM ledger.head")
        ((told,),) = self.desk.ask("SELECT cursor FROM claims_subscription")
        if told < size:
            yield f"a subscriber was told of {told} events out of {size}"
        ((signed,),) = self.desk.ask("SELECT coalesce(max(size), 0) FROM ledger.checkpoint")
        if signed < size:
            yield f"{signed} events out of {size} are signed"

    def _documents(self) -> Iterator[str]:
        """Each that was accepted has ended, once, with each of its sentences once."""
        held = {
            str(document): (state, passages)
            for document, state, passages in self.desk.ask(
                "SELECT d.id, d.state, count(p.id) FROM sources_document d"
                " LEFT JOIN sources_version v ON v.document_id = d.id"
                " LEFT JOIN sources_passage p ON p.version_id = v.sha256 GROUP BY d.id"
            )
        }
        for document, sentences in self.load.sent.items():
            state, passages = held.get(document, ("lost", 0))
            if state not in {"read", "failed"}:
                yield f"document {document} was accepted and is {state}"
            if state == "read" and passages != sentences:
                yield f"document {document} has {passages} passages for {sentences} sentences"
        for document in held.keys() - self.load.sent.keys():
            yield f"document {document} was accepted, and nobody was told"
        for version, start, times in self.desk.ask(
            'SELECT document, start, count(*) FROM claims_finding GROUP BY document, start, "end"'
            " HAVING count(*) > 1"
        ):
            yield f"the passage at {start} of {version} was proposed {times} times"

    def _commands(self) -> Iterator[str]:
        """Each that was accepted is recorded once, and none that was refused or never sent."""
        recorded = {
            str(command): events
            for command, events in self.desk.ask(
                "SELECT command_id, count(*) FROM ledger.event GROUP BY command_id"
            )
        }
        decided = {
            str(command): (state, findings, begins)
            for command, state, findings, begins in self.desk.ask(
                "SELECT command, p.state, count(f.id), begins FROM claims_proposal p"
                " JOIN claims_finding f ON f.proposal_id = p.id WHERE command IS NOT NULL"
                " GROUP BY p.id"
            )
        }
        for one in self.load.asked:
            events = recorded.pop(one.command, 0)
            state, findings, begins = decided.pop(one.command, ("", 1, False))
            if one.verb == "reword":
                state = "accepted" if events else ""
            expected = 0 if one.verb == "dismiss" and begins else findings
            if one.accepted and (events != expected or not state):
                yield f"{one} is recorded by {events} events, and not by {expected}"
            if not one.accepted and (events or state):
                yield f"{one} was refused and has {events} events"
        for command in recorded.keys() | decided.keys():
            yield f"command {command} was recorded and never asked for"

    def _log(self) -> Iterator[str]:
        """Positions are dense, versions too, and times of recording never go back."""
        ((size, last, events),) = self.desk.ask(
            "SELECT h.size, max(position), count(*) FROM ledger.head h, ledger.event GROUP BY 1"
        )
        if not size == last + 1 == events:
            yield f"the log of {size} events holds {events}, the last at {last}"
        for position, stream in self.desk.ask(
            "SELECT position, stream_id FROM (SELECT position, stream_id, version, recorded_at,"
            " row_number() OVER (PARTITION BY stream_id ORDER BY position) AS nth,"
            " lag(recorded_at) OVER (ORDER BY position) AS before FROM ledger.event) AS told"
            " WHERE nth <> version OR recorded_at < before"
        ):
            yield f"event {position} of claim {stream} is out of order"

    def _feed(self) -> Iterator[str]:
        """What the reader was told, at whatever moment, is what stands in the log now."""
        with self.load.by_key() as client:
            while self.load.follow_once(client):
                pass
        told = [(event["event_id"], event["hashes"]["leaf"]) for event in self.load.read]
        held = [
            (str(event), leaf)
            for event, leaf in self.desk.ask(
                "SELECT event_id, encode(leaf_hash, 'hex') FROM ledger.event ORDER BY position"
            )
        ]
        if told != held:
            yield f"the feed told of {len(told)} events, and the log holds {len(held)} others"

    def _webhooks(self) -> Iterator[str]:
        """Each event was told, signed, and of each claim in order."""
        told: dict[str, tuple[str, int]] = {}
        for got in self.subscriber.got:
            if not got.signed_with(self.desk.people["secret"]):
                yield f"message {got.id} is not signed"
            told.setdefault(got.id, place(got))
        held = self.desk.ask("SELECT stream_id, version FROM ledger.event")
        expected = Counter((str(claim), version) for claim, version in held)
        if (arrived := Counter(told.values())) != expected:
            lost, more = expected - arrived, arrived - expected
            yield f"subscribers missed {dict(lost)} and heard {dict(more)} too often"
        latest: dict[str, int] = {}
        for claim, version in told.values():
            if version < latest.get(claim, 0):
                yield f"version {version} of claim {claim} was told after {latest[claim]}"
            latest[claim] = version

    def _proofs(self) -> Iterator[str]:
        """The read side is what the log says; the log is whole, and continues what was signed."""
        yield from self._refusal("django", "replay", "--check")
        verify = ["claims.ledger.verify", "log", f"{self.desk.url}/log", "--key", self.desk.vkey]
        verify += ["--api-key", str(self.desk.folder / "api-key")]
        for note in self.notes:
            yield from self._refusal(*verify, "--pinned", str(note))
        self.notes = self.notes[
            :1
        ]  # the first one; that of this round is kept when the next begins

    def _refusal(self, *command: str) -> Iterator[str]:
        done: Any = self.desk.run(*command)
        if done.returncode:
            yield f"{' '.join(command[:2])}: {done.stdout[-800:]} {done.stderr[-800:]}"


def place(got: Got) -> tuple[str, int]:
    """Of which event a message tells."""
    data = got.told["data"]
    return data["claim"], data["version"]
