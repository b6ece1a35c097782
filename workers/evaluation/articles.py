"""The real articles, read by the desk's own path: what is proposed of them, and what meets.

The labels are in `tests/workers/annotated/articles.tsv` and hold no text: `document` (the first
twelve digits of the file's SHA-256), `start` and `end` of a sentence in its text, `worth` ("want":
a fact-checker wants it; "may": nobody minds; no other sentence is worth a reviewer's time), and
`matters`, the names of the claims it supports or disputes. Two passages belong together where they
share one.
"""

import csv
import hashlib
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import TypeAlias
from uuid import UUID

from django.db import transaction

from claims.models import Finding
from sources import intake
from workers.evaluation.table import COUNTED, Counted, Table
from workers.ingest import ingest

LABELS = Path(__file__).parents[2] / "tests" / "workers" / "annotated" / "articles.tsv"
AT = datetime(2026, 5, 4, 12, tzinfo=UTC)
Place: TypeAlias = tuple[str, int, int]  # document, start and end


def measure(shared: Path) -> list[Table]:
    """Proposals that a reviewer would accept, sentences that are wanted, and pairs that meet."""
    paths = sorted((shared / "seeds").glob("0*.txt"))
    if not paths:
        return []
    found = _read(paths)
    worth, matters = _labels({_digest(path)[:12] for path in paths})
    rows = [("sentences proposed", *_proposed(found, worth).cells)]
    rows += [("pairs of one proposal", *_together(found, matters).cells)]
    note = "Precision counts what a reviewer would accept as right, recall only what is wanted."
    return [Table("The five real articles", ("", *COUNTED), tuple(rows), note)]


@transaction.atomic
def _read(paths: Iterable[Path]) -> dict[Place, UUID]:
    """Each passage that is proposed of the articles, with its proposal; nothing is kept."""
    for path in paths:
        body = path.read_bytes()
        received = intake.receive(
            body=body, filename=path.name, content_type="text/plain", by="evaluate", at=AT
        )
        ingest(received.document.id, at=AT)
    found = {
        (finding.document[:12], finding.start, finding.end): finding.proposal_id
        for finding in Finding.objects.filter(document__in=[_digest(path) for path in paths])
    }
    transaction.set_rollback(True)
    return found


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _labels(documents: set[str]) -> tuple[dict[Place, str], dict[Place, frozenset[str]]]:
    worth, matters = {}, {}
    with LABELS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            place = (row["document"], int(row["start"]), int(row["end"]))
            if row["document"] in documents:
                worth[place] = row["worth"]
                matters[place] = frozenset(filter(None, row["matters"].split(",")))
    return worth, matters


def _proposed(found: Iterable[Place], worth: dict[Place, str]) -> Counted:
    labels = {place: _label(place, worth) for place in found}
    reached = {label for label in labels.values() if label}
    return Counted(
        right=sum(label is not None for label in labels.values()),
        wrong=sum(label is None for label in labels.values()),
        missed=sum(worth[label] == "want" and label not in reached for label in worth),
    )


def _together(found: dict[Place, UUID], matters: dict[Place, frozenset[str]]) -> Counted:
    """Pairs of sentences that one proposal holds, against those that speak of one matter."""
    of: dict[Place, set[UUID]] = defaultdict(set)
    for place, proposal in found.items():
        if label := _label(place, matters):
            of[label].add(proposal)
    right = wrong = missed = 0
    for one, other in combinations(of, 2):
        meet, belong = bool(of[one] & of[other]), bool(matters[one] & matters[other])
        right += meet and belong
        wrong += meet and not belong
        missed += belong and not meet
    return Counted(right=right, wrong=wrong, missed=missed)


def _label(place: Place, labels: Iterable[Place]) -> Place | None:
    """The labelled sentence that a passage overlaps by more than half of either."""
    document, start, end = place
    for label in labels:
        shared = min(end, label[2]) - max(start, label[1])
        if label[0] == document and shared * 2 > min(end - start, label[2] - label[1]):
            return label
    return None
