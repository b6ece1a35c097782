"""`manage.py erase POSITION --reason TEXT`: take what an event said off the record, for good.

It says what will go and from where before it asks. With --document the version that the event
quotes is taken down in the same transaction.
"""

from typing import Any
from uuid import uuid4

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from claims import history, review
from claims.events import Evidence
from claims.history import Loss
from claims.ledger import log
from claims.review import Decision
from sources import intake
from sources.models import Version


class Command(BaseCommand):
    help = "Erase what an event says, and every copy of it; its place and its hashes stay."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("position", type=int, help="of the event in the ledger")
        parser.add_argument("--reason", required=True, help="is public and stays: no names in it")
        parser.add_argument(
            "--document", action="store_true", help="also take down the version that it quotes"
        )
        parser.add_argument("--by", metavar="LOGIN", help="who erases; needed with several admins")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, **options: Any) -> None:
        position, reason = options["position"], options["reason"]
        by = _person(options["by"])
        try:
            losses = history.losses(position)
            version = _version(losses[0]) if options["document"] else None
            decision = _decision(by, losses[0])
            self._tell(losses, version)
            if not options["yes"] and input("Type “erase” to erase it for ever: ") != "erase":
                raise CommandError("Nothing was erased.")
            with transaction.atomic():
                done = review.erase(position, decision, reason=reason)
                if version:
                    intake.take_down(version.sha256, because=reason, at=timezone.now())
        except (review.Refused, review.Conflict) as refused:
            raise CommandError(f"{refused} Nothing was erased.") from refused
        self.stdout.write(
            f"Erased, as recorded at position {done.first}. Copies in backups, archives and dead "
            "rows remain: see “When a court or a person asks for removal” in docs/operations.md."
        )

    def _tell(self, losses: list[Loss], version: Version | None) -> None:
        self.stdout.write("This will be erased, and nothing brings it back:")
        for loss in losses:
            entry = loss.entry
            what = "what it says" if loss is losses[0] else "the copy in it"
            where = f"claim {entry.stream_id}, version {entry.version}"
            self.stdout.write(f"  position {entry.position} ({entry.type}; {where}): {what}")
        self.stdout.write("  the same passage in proposals, and the claim's page")
        if version:
            self.stdout.write(f"  version {version.number} of “{version.document}”: all of it")
        if others := _others(losses):
            places = ", ".join(map(str, others))
            self.stdout.write(f"Events that quote the same document and stay: {places}")


def _person(login: str | None) -> User:
    """Who erases: the one named, or the only administrator."""
    if login is None:
        people = list(User.objects.filter(is_superuser=True, is_active=True)[:2])
        if len(people) != 1:
            raise CommandError("Say who erases: --by LOGIN.")
        return people[0]
    found = User.objects.filter(username=login, is_active=True).first()
    if found is None:
        raise CommandError(f"There is nobody with the login “{login}”.")
    return found


def _decision(by: User, loss: Loss) -> Decision:
    seen = history.past(loss.entry.stream_id).state.version
    return Decision(by=by, at=timezone.now(), expected=seen, command=uuid4())


def _version(loss: Loss) -> Version:
    quoted = loss.word.document if isinstance(loss.word, Evidence) else ""
    version = Version.objects.select_related("document").defer("body", "text")
    if found := version.filter(sha256=quoted).first():
        return found
    raise CommandError(
        f"Event {loss.entry.position} quotes no document that is here: leave --document out."
    )


def _others(losses: list[Loss]) -> list[int]:
    """Where the document of the evidence is quoted besides."""
    word = losses[0].word
    if not isinstance(word, Evidence):
        return []
    emptied = {loss.entry.position for loss in losses}
    return [e.position for e in log.holding(word.document) if e.position not in emptied]
