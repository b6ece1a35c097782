"""`manage.py seed`: the demo's outlets, people and documents, and its desk's history replayed.

Documents arrive and people decide in the order of the story, each decision through the verbs of
`claims.review` once the documents before it are read. Every step has a command id of its own,
so that an interrupted seed goes on where it stopped and a finished one does nothing.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from tqdm import tqdm

from claims import review
from claims.models import Claim, Entry, Finding, Proposal
from claims.review import Decision
from sources import intake
from sources.models import Source
from tracker.reading import wait_until_read

SEEDS = settings.BASE_DIR / "seeds"
# Day 0 of the story; its documents carry dates, so its decisions do too.
TODAY = datetime(2026, 11, 11, tzinfo=UTC)
STANCES = {"asserted": "supports", "corroborated": "supports", "disputed": "disputes"}


class Command(BaseCommand):
    help = "Load the demo's outlets, people and documents, and replay its desk's decisions."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--password-file",
            type=Path,
            required=True,
            help="a file with the one password of the demo's people",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        story = _load("story.json")
        refuse_another(story["people"])
        people(story["people"], options["password_file"].read_text(encoding="utf-8").strip())
        for outlet in _load("outlets.json"):
            Source.objects.get_or_create(name=outlet.pop("name"), defaults=outlet)
        told = Story()
        for act in tqdm(_timeline(story), desc="Replaying the story", unit=" acts"):
            if refused := told.play(act):
                self.stderr.write(f"{act['do']} on day {act['day']}: {refused}")
        told.read()
        self.stdout.write(
            f"{Claim.objects.count()} claims, {Entry.objects.count()} events, "
            f"{Proposal.objects.filter(state='open').count()} proposals to decide."
        )


def refuse_another(described: list[dict[str, str]]) -> None:
    """Raise CommandError in a desk that has people of its own: what is recorded stays for ever."""
    names = {person["username"] for person in described}
    there = set(User.objects.values_list("username", flat=True))
    if there and not names <= there:
        raise CommandError(
            "This desk has people of its own, and an invented story would stay in its ledger for "
            "ever. Nothing was written: name an empty database in DATABASE_URL."
        )


@transaction.atomic
def people(described: list[dict[str, str]], password: str) -> None:
    """The demo's people with their groups, and an admin who may do anything in Django."""
    for person in described:
        names = {key: person[key] for key in ("first_name", "last_name")}
        user, new = User.objects.get_or_create(
            username=person["username"], defaults={**names, "is_staff": True}
        )
        if new:
            user.set_password(password)
            user.save()
            user.groups.add(Group.objects.get(name=person["group"]))
    if not User.objects.filter(username="admin").exists():
        User.objects.create_superuser("admin", password=password)


class Story:
    """The story as far as it is told: the documents not read yet, and the claims by handle."""

    def __init__(self) -> None:
        self.unread: list[UUID] = []
        self.claims: dict[str, UUID] = {}

    def play(self, act: dict[str, Any]) -> str:
        """Play one act; what was said against it, or nothing."""
        if act["do"] == "receive":
            self.receive(act)
            return ""
        self.read()
        command = uuid5(NAMESPACE_URL, f"claim-tracker:seed:{json.dumps(act, sort_keys=True)}")
        done = _done(command)
        verb: Callable[[dict[str, Any], UUID, bool], None] = getattr(self, act["do"])
        try:
            verb(act, command, done)
        except (review.Refused, Finding.DoesNotExist, KeyError) as error:
            return str(error)
        return ""

    def receive(self, act: dict[str, Any]) -> None:
        received = intake.receive(
            body=(SEEDS / "documents" / act["file"]).read_bytes(),
            url=act["url"],
            filename=act["file"],
            content_type=act["content_type"],
            by="command:seed",
            at=datetime.fromisoformat(act["received_at"]),
        )
        self.unread.append(received.document.id)

    def read(self) -> None:
        """Wait until all documents so far are read."""
        wait_until_read(self.unread)
        self.unread.clear()

    def accept(self, act: dict[str, Any], command: UUID, done: bool) -> None:
        held = _proposal(act["quote"])
        claim = self.claims[act["to"]] if "to" in act else held.claim
        self.claims.setdefault(act.get("as", ""), claim)
        if not done and held.state == "open":
            review.accept(
                held.id,
                _decision(act, command, claim),
                revision=held.revision,
                wording=act.get("wording", ""),
                stance=STANCES.get(act.get("stance", ""), ""),
                kind=act.get("kind", ""),
                to=claim if claim != held.claim else None,
            )

    def dismiss(self, act: dict[str, Any], command: UUID, done: bool) -> None:
        held = _proposal(act["quote"])
        if not done and held.state == "open":
            decision = _decision(act, command, held.claim)
            review.dismiss(held.id, decision, revision=held.revision, reason=act["reason"])

    def withdraw(self, act: dict[str, Any], command: UUID, done: bool) -> None:
        claim = Claim.objects.get(id=self.claims[act["claim"]])
        versions = [item["version"] for item in claim.evidence if act["quote"] in item["quote"]]
        if not done:
            decision = _decision(act, command, claim.id)
            review.withdraw(claim.id, decision, version=versions[0], reason=act["reason"])

    def reword(self, act: dict[str, Any], command: UUID, done: bool) -> None:
        claim = self.claims[act["claim"]]
        if not done:
            decision = _decision(act, command, claim)
            review.reword(claim, decision, wording=act["wording"], reason=act["reason"])

    def rate(self, act: dict[str, Any], command: UUID, done: bool) -> None:
        claim = self.claims[act["claim"]]
        if not done:
            decision = _decision(act, command, claim)
            review.rate(claim, decision, verdict=act["verdict"], explanation=act["explanation"])

    def confirm(self, act: dict[str, Any], command: UUID, done: bool) -> None:
        claim = Claim.objects.get(id=self.claims[act["claim"]])
        if not done and claim.verdict:
            decision = _decision(act, command, claim.id)
            review.confirm(claim.id, decision, rating=claim.verdict["version"])


def _timeline(story: dict[str, Any]) -> list[dict[str, Any]]:
    """What arrives and what is decided, in the order in which it happened."""
    arrivals = [
        {"do": "receive", "day": "", "moment": datetime.fromisoformat(one["received_at"]), **one}
        for one in _load("documents.json")
    ]
    acts = [*arrivals, *({"moment": _moment(step), **step} for step in story["steps"])]
    acts.sort(key=lambda act: act["moment"])
    for act in acts:
        del act["moment"]
    return acts


def _moment(step: dict[str, Any]) -> datetime:
    hours, minutes = map(int, step["time"].split(":"))
    return TODAY + timedelta(days=step["day"], hours=hours, minutes=minutes)


def _decision(act: dict[str, Any], command: UUID, claim: UUID) -> Decision:
    versions = Claim.objects.filter(id=claim).values_list("version", flat=True)
    return Decision(
        by=User.objects.get(username=act["by"]),
        at=_moment(act),
        expected=versions.first() or 0,
        command=command,
    )


def _done(command: UUID) -> bool:
    recorded = Entry.objects.filter(command_id=command).exists()
    return recorded or Proposal.objects.filter(command=command).exists()


def _proposal(quote: str) -> Proposal:
    found = Finding.objects.select_related("proposal").filter(quote__contains=quote)
    if (first := found.order_by("id").first()) is None:
        raise Finding.DoesNotExist(f"no passage was proposed with “{quote}”")
    return first.proposal


def _load(name: str) -> Any:
    return json.loads((SEEDS / name).read_text(encoding="utf-8"))
