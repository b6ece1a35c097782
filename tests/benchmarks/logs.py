"""A log of some length to read from: ten events a claim, appended as the desk appends them."""

from claims.ledger import log
from tests.benchmarks import workload

BATCH = 1000


def grown(events: int) -> None:
    """Append until the log holds at least so many events."""
    write = workload.appending(BATCH)
    for _ in range(log.size(), events, BATCH):
        write()
