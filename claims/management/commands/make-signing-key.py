"""`manage.py make-signing-key`: the key that vouches for the log; it never leaves its file."""

import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from claims.ledger import signing
from claims.ledger.note import NoteError


class Command(BaseCommand):
    help = "Make a signing key in SIGNING_KEY_FILE and print its public half."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--add",
            action="store_true",
            help="put a second key beside the first: both sign until you take the old one out",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the verifier key, which is what the public has to know."""
        path, origin = Path(settings.SIGNING_KEY_FILE), settings.LOG_ORIGIN
        try:
            seed = secrets.token_bytes(32)
            signer = signing.make_key(path, name=origin, seed=seed, add=options["add"])
        except signing.Unusable as error:
            raise CommandError(str(error)) from error
        except NoteError as error:
            raise CommandError(f"LOG_ORIGIN cannot be {origin!r}: {error}.") from error
        self.stderr.write(f"The key is in {path}. Keep a copy where no server reads it.")
        self.stderr.write("Publish this verifier key where your readers trust you:")
        self.stdout.write(str(signer.verifier))
