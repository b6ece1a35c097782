"""`manage.py evaluate`: how well the workers read, on labelled data, as tables."""

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from workers.evaluation import MEASURES


class Command(BaseCommand):
    help = "Measure reading and matching on labelled data and print tables."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "measures",
            nargs="*",
            metavar="MEASURE",
            help=f"{', '.join(MEASURES)}; all of them unless named",
        )
        parser.add_argument(
            "--shared",
            type=Path,
            default=os.environ.get("CLAIM_TRACKER_SHARED", settings.BASE_DIR.parent / "shared"),
            help="the folder of public sets (default: CLAIM_TRACKER_SHARED, else ../shared)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        names = options["measures"] or list(MEASURES)
        if unknown := set(names) - MEASURES.keys():
            raise CommandError(f"There is no measure {', '.join(sorted(unknown))}; see --help.")
        for name in names:
            for table in MEASURES[name](options["shared"]):
                self.stdout.write(f"{table}\n")
