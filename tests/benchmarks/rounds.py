"""Measuring: every line once in each round, so that what disturbs one round disturbs them all.

A ratio is taken within a round, to the limit's rate in that round; its median and its spread are
over the rounds. Writers are processes, as the desk's web workers are: threads of one Python
would wait for each other.
"""

import multiprocessing
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any, TypeAlias

from django.db import connections

# Runs for about so many seconds and tells the events per second.
Line: TypeAlias = Callable[[float], float]
# Makes ready in a process of its own what does one command and tells how many events it had.
Writer: TypeAlias = Callable[[], Callable[[], int]]

PATIENCE = 60  # seconds until a writer that says nothing is given up
_fork = multiprocessing.get_context("fork")


@dataclass(frozen=True, kw_only=True, slots=True)
class Effort:
    """How long to measure: rounds, and seconds for a line in each."""

    rounds: int
    seconds: float


EFFORTS = {
    "quick": Effort(rounds=5, seconds=0.3),
    "long": Effort(rounds=15, seconds=1.0),
}


def measured(lines: Mapping[str, Line], effort: Effort) -> dict[str, list[float]]:
    """The rates of each line, one for every round, after a short one that warms up."""
    for line in lines.values():
        line(effort.seconds / 4)
    rates: dict[str, list[float]] = {name: [] for name in lines}
    for _ in range(effort.rounds):
        for name, line in lines.items():
            rates[name].append(line(effort.seconds))
    return rates


def table(title: str, rates: Mapping[str, list[float]]) -> str:
    """The rates as text; the first line is the limit that the others are measured against."""
    limit = next(iter(rates.values()))
    rows = [f"{title}\n  {'':<44}{'per second':>12}{'of limit':>10}   {'spread':<12}"]
    for name, found in rates.items():
        ratios = [rate / most for rate, most in zip(found, limit, strict=True)]
        spread = f"{min(ratios):.2f} - {max(ratios):.2f}"
        if found is limit:
            spread = f"{min(found) / median(found):.2f} - {max(found) / median(found):.2f}"
        rows.append(f"  {name:<44}{median(found):>12,.0f}{median(ratios):>10.2f}   {spread:<12}")
    return "\n".join(rows)


def writing(writers: int, ready: Writer) -> Line:
    """A line of so many processes that write at the same time."""

    def line(seconds: float) -> float:
        connections.close_all()  # a child would share the parent's socket
        barrier, results = _fork.Barrier(writers), _fork.Queue()
        children = [
            _fork.Process(target=_write, args=(ready, seconds, barrier, results))
            for _ in range(writers)
        ]
        for child in children:
            child.start()
        rates = [results.get(timeout=PATIENCE) for _ in children]
        for child in children:
            child.join()
        failed = [rate for rate in rates if isinstance(rate, str)]
        assert not failed, failed[0]
        return float(sum(rates))

    return line


def _write(ready: Writer, seconds: float, barrier: Any, results: Any) -> None:
    try:
        write = ready()
        write()
        barrier.wait(PATIENCE)
        events, begin = 0, time.perf_counter()
        while time.perf_counter() - begin < seconds:
            events += write()
        results.put(events / (time.perf_counter() - begin))
    except Exception as error:  # noqa: BLE001  -- told to the parent, which fails with it
        results.put(repr(error))
    finally:
        connections.close_all()
