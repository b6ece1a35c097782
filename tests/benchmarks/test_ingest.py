"""One document after the other in one process: how many a minute, and what takes the time."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from django.utils import timezone

from sources import intake
from sources.models import Document
from workers import ingest
from workers.placing import Placing
from workers.reading import read

SEEDS = sorted((Path(__file__).parents[2] / "seeds" / "documents").iterdir())
KINDS = {".html": "text/html", ".txt": "text/plain", ".pdf": "application/pdf"}


@contextmanager
def watched(taken: Counter[str]) -> Iterator[None]:
    """Count the seconds that the steps take in which a document is ingested."""

    def timed(name: str, step: Callable[..., object]) -> Callable[..., object]:
        def run(*args: object, **about: object) -> object:
            begin = time.perf_counter()
            try:
                return step(*args, **about)
            finally:
                taken[name] += time.perf_counter() - begin  # type: ignore[assignment]

        return run

    with (
        patch.object(ingest, "read", timed("reading", read)),
        patch.object(Placing, "think", timed("thinking", Placing.think)),
        patch.object(Placing, "propose", timed("placing", Placing.propose)),
    ):
        yield


def test_documents_a_minute(server: str, asked: str, tell: Callable[[str], None]) -> None:
    at, taken = timezone.now(), Counter[str]()
    with watched(taken):
        begin = time.perf_counter()
        for path in SEEDS:
            received = intake.receive(
                body=path.read_bytes(), filename=path.name,
                content_type=KINDS[path.suffix], by="benchmark", at=at,
            )  # fmt: skip
            ingest.ingest(received.document.id, at=at)
        seconds = time.perf_counter() - begin
    assert Document.objects.filter(state="read").count() >= len(SEEDS) - 1
    shares = ", ".join(f"{name} {spent / seconds:.0%}" for name, spent in taken.items())
    rest = 1 - sum(taken.values()) / seconds
    tell(
        f"Ingesting the {len(SEEDS)} documents of the demo ({server})\n"
        f"  {len(SEEDS) / seconds * 60:,.0f} a minute; {shares}, saving and the rest {rest:.0%}"
    )
