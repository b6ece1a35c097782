"""`manage.py digest`: write to who wants it of what waits; beat does it each morning."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from claims.desk import digest


class Command(BaseCommand):
    help = "Send today's letters about what waits; nobody gets two for one day."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{digest.send(at=timezone.now())} letters were sent.")
