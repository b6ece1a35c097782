"""`manage.py sign-checkpoints`: a process, a role and a key of its own that vouch for the log."""

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import InterfaceError, OperationalError, connections

from claims.ledger import signing
from claims.ledger.checkpoint import Refusal, Signed, sign_next

ALARM = 2  # the exit code of a refusal, which is no mere failure
log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Sign the log as it stands, if it continues what was signed before."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--every", type=float, metavar="SECONDS", help="go on, with a pause of so many seconds"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Sign once, or until stopped; exit code 2 where the log is not what was signed."""
        using = "signer" if "signer" in settings.DATABASES else "default"
        memory = Path(settings.CHECKPOINT_FILE)
        try:
            key = Path(settings.SIGNING_KEY_FILE)
            signers, former = signing.keys(key), signing.former(key)

            def step() -> Signed | None:
                origin = settings.LOG_ORIGIN
                return sign_next(
                    origin=origin, signers=signers, former=former, memory=memory, using=using
                )

            with signing.alone(memory):
                self.run(step, every=options["every"], using=using)
        except signing.Unusable as error:
            raise CommandError(str(error)) from error
        except Refusal as refusal:
            log.critical("NOTHING IS SIGNED: %s", refusal)
            raise CommandError(
                f"Nothing is signed: {refusal}. Keep the database, its logs and {memory} as they "
                "are, and find out who changed what.",
                returncode=ALARM,
            ) from refusal

    def run(self, step: Callable[[], Signed | None], *, every: float | None, using: str) -> None:
        """One step, or one after another; a database that is away for a while is waited for."""
        while True:
            try:
                self.tell(step())
            except (OperationalError, InterfaceError) as error:
                if every is None:
                    raise CommandError(f"The database does not answer: {error}") from error
                log.warning("nothing could be signed now: %s", error)
                connections[using].close()
            except OSError as error:
                said = f"{error.filename or settings.CHECKPOINT_FILE}: {error.strerror}"
                if every is None:
                    raise CommandError(f"Nothing was signed, {said}. {signing.OWNER}") from error
                log.warning("nothing could be signed now, %s. %s", said, signing.OWNER)
            if every is None:
                return
            time.sleep(every)

    def tell(self, signed: Signed | None) -> None:
        """Say what was signed; of what stays as it is, nothing."""
        if signed is None or not signed.new:
            return
        self.stdout.write(f"Signed {signed.checkpoint.size:,} events.")
        self.stdout.flush()
