"""Proofs and checkpoints: their cost grows with the logarithm of the log's size."""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

from claims.ledger import log, tree
from claims.ledger.checkpoint import sign_next
from claims.ledger.note import Signer
from tests.benchmarks import logs

SIZES = {"quick": (1000, 10_000, 50_000), "long": (1000, 10_000, 100_000, 1_000_000)}
SIGNER = Signer("desk.example/log", bytes(32))
TIMES = 20


def timed(act: Callable[[], object]) -> float:
    """Milliseconds that an act takes, in the median."""
    taken = []
    for _ in range(TIMES):
        begin = time.perf_counter()
        act()
        taken.append((time.perf_counter() - begin) * 1000)
    return median(taken)


def _included(size: int) -> object:
    return tree.Tree(size).inclusion_proof(size // 3)


def _continued(size: int) -> object:
    return tree.Tree(size).consistency_proof(size // 2)


def _root(size: int) -> object:
    return tree.Tree(size).root()


def test_by_the_size_of_the_log(
    server: str, asked: str, tell: Callable[[str], None], tmp_path: Path
) -> None:
    rows = [f"Proofs and checkpoints ({server})", "  events    inclusion  reads  consistency  root"]
    for events in SIZES[asked]:
        logs.grown(events)
        sign_next(origin=SIGNER.name, signers=[SIGNER], memory=tmp_path / "note", using="signer")
        size = log.size()
        whole = tree.Tree(size)
        assert whole.inclusion_proof(size // 3)
        inclusion = timed(partial(_included, size))
        consistency = timed(partial(_continued, size))
        root = timed(partial(_root, size))
        rows.append(
            f"  {size:>9,} {inclusion:>8.2f} ms {whole.reads:>4} {consistency:>9.2f} ms "
            f"{root:>6.2f} ms"
        )
    tell("\n".join(rows))
