"""Is the claim that a text speaks of found, and does anything tell when there is none?

CheckThat! 2020, task 2: `verified_claims.docs.tsv` (a claim and the headline of its check a line),
`dev.queries.tsv` (a tweet a line) and `dev.qrels` (which claim it repeats). The claims are put
where the desk's own search looks for them, in a transaction of which nothing is kept.
"""

import csv
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from uuid import UUID, uuid5

from django.db import connection, transaction

from claims import lexemes
from claims.models import Proposal
from workers.evaluation.table import Table
from workers.matching.search import Candidate, candidates

AT = datetime(2020, 7, 1, tzinfo=UTC)
NUMBERED = UUID(int=0)
DEPTH = 100  # candidates that are looked at


def measure(shared: Path) -> list[Table]:
    """Rank of the right claim, and how well scores tell that there is one at all."""
    folder = shared / "eval" / "checkthat2020-task2"
    if not folder.is_dir():
        return []
    found = _searched(folder)
    ranks = [_rank(right, given) for right, given in found]
    recalls = [sum(0 < rank <= k for rank in ranks) / len(ranks) for k in (1, 5, 10, 50)]
    reciprocal = sum(1 / rank for rank in ranks if rank) / len(ranks)
    rows = [("CheckThat! 2020 dev", reciprocal, *recalls, len(ranks))]
    columns = ("set", "MRR", "R@1", "R@5", "R@10", "R@50", "queries")
    return [
        Table("Retrieval: is the claim found?", columns, tuple(rows)),
        Table("Is there such a claim at all?", ("by", "AUC"), tuple(_told_apart(found))),
    ]


@transaction.atomic
def _searched(folder: Path) -> list[tuple[UUID, list[Candidate]]]:
    """Each query's right claim and what the search gives for it."""
    _put_in(folder / "verified_claims.docs.tsv")
    right = {row[0]: _claim(row[2]) for row in _rows(folder / "dev.qrels", header=False)}
    queries = {row[0]: row[1] for row in _rows(folder / "dev.queries.tsv")}
    found = [(right[query], candidates(text, DEPTH)) for query, text in queries.items()]
    transaction.set_rollback(True)
    return found


def _put_in(path: Path) -> None:
    Proposal.objects.bulk_create(
        Proposal(
            id=_claim(number),
            claim=_claim(number),
            begins=True,
            wording=claim,
            context=headline,
            language="en",
            score=1,
            created_at=AT,
        )
        for number, claim, headline in _rows(path)
    )
    lexemes.fold()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE claims_proposal, claims_lexeme")


def _rows(path: Path, *, header: bool = True) -> Iterator[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t")
        if header:
            next(rows)
        yield from rows


def _claim(number: str) -> UUID:
    return uuid5(NUMBERED, number)


def _rank(right: UUID, given: Sequence[Candidate]) -> int:
    """The place of the right claim, from 1 on; 0 where it is not among them."""
    return next((at for at, found in enumerate(given, 1) if found.claim == right), 0)


def _told_apart(
    found: Sequence[tuple[UUID, Sequence[Candidate]]],
) -> Iterator[tuple[str, float]]:
    """The best score of each query, with its claim there and with its claim left out."""
    without = [[other for other in given if other.claim != right] for right, given in found]
    for name in ("score", "cosine"):
        there = [_best(name, given) for _, given in found]
        yield (
            {"score": "BM25", "cosine": "cosine"}[name],
            _auc(there, [_best(name, given) for given in without]),
        )


def _best(name: str, given: Sequence[Candidate]) -> float:
    return max((getattr(candidate, name) for candidate in given), default=0.0)


def _auc(higher: Sequence[float], lower: Sequence[float]) -> float:
    """How often the one is above the other: the area under the ROC curve (Mann and Whitney)."""
    wins = sum((a > b) + (a == b) / 2 for a, b in product(higher, lower))
    return wins / (len(higher) * len(lower))
