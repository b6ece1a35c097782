"""What a day was like, as tables."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from statistics import median

from tests.load.driver import Answer, Driver

MIB = 2**20


def share(values: Sequence[float], part: float) -> float:
    """The value that so great a part of the values does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, min(len(ordered) - 1, round(part * len(ordered)) - 1))]


def by_kind(answers: Sequence[Answer]) -> dict[str, list[Answer]]:
    found: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        found[answer.kind].append(answer)
    return dict(sorted(found.items()))


def table(driver: Driver) -> str:
    """A line for each kind of request."""
    lines = [
        "| | requests | p50 | p99 | longest | queries, median | most | answers |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for kind, answers in by_kind(driver.answers).items():
        took = [1000 * answer.seconds for answer in answers]
        queries = [answer.queries for answer in answers if answer.queries is not None] or [0]
        codes = Counter(answer.status for answer in answers)
        told = ", ".join(f"{code}: {many}" for code, many in sorted(codes.items()))
        lines.append(
            f"| {kind} | {len(answers)} | {share(took, 0.5):.0f} ms | {share(took, 0.99):.0f} ms"
            f" | {max(took):.0f} ms | {median(queries):.0f} | {max(queries)} | {told} |"
        )
    return "\n".join(lines)


def summary(driver: Driver, late: Sequence[float]) -> str:
    """What else there is to say of the day."""
    many, took = len(driver.answers), driver.now()
    done = ", ".join(f"{what} {times}" for what, times in sorted(driver.done.items()))
    waits = ", ".join(f"{what} {times}" for what, times in sorted(driver.waits.items()))
    return "\n".join(
        [
            f"{many} requests in {took:.0f} s, {many / took:.0f} a second; {done}",
            f"told to wait, and waited: {waits or 'nobody'}",
            f"errors: {len(driver.errors)}",
            *driver.errors[:5],
            f"the driver itself was late by {1000 * share(late, 0.5):.0f} ms in the median,"
            f" {1000 * share(late, 0.99):.0f} ms at p99",
        ]
    )


def quarters(values: Sequence[int]) -> list[float]:
    """The median of each quarter of the day."""
    size = max(1, len(values) // 4)
    return [median(values[start : start + size]) for start in range(0, 4 * size, size)]


def memory(name: str, values: Sequence[int]) -> str:
    """What some processes held, quarter by quarter."""
    told = ", ".join(f"{found / MIB:.0f}" for found in quarters(values))
    return f"memory of {name}, by quarters of the day: {told} MiB; most {max(values) / MIB:.0f}"
