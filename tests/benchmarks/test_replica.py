"""What sending reads to a replica costs where it gains nothing: two servers on one machine."""

import shutil
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TypeAlias

import httpx
import pytest

from tests.benchmarks.rounds import Line
from tests.benchmarks.test_http import asking
from tests.claims.build import asserted, begins, recorded
from tests.client import API, key
from tests.conftest import PATIENCE, web_server
from tests.tracker.follower import followed

Compare: TypeAlias = Callable[[str, Mapping[str, Line]], None]


def test_reads_with_and_without_a_replica(
    asked: str, committed: None, place: Path, tmp_path: Path, compare: Compare,
    tell: Callable[[str], None],
) -> None:  # fmt: skip
    if shutil.which("wrk") is None:
        pytest.skip("there is no wrk on this machine (Debian: apt-get install wrk)")
    recorded(begins(1), *[asserted(number) for number in range(2, 301)])
    known, worst = {"Authorization": f"Bearer {key()}"}, dict[str, str]()
    with ExitStack() as stack:
        copy = stack.enter_context(followed(place))
        copy.caught_up()
        alone = web_server(tmp_path, "alone", WEB_PROCESSES="2")
        routed = web_server(tmp_path, "routed", WEB_PROCESSES="2", REPLICA_DATABASE_URL=copy.url)
        lines: dict[str, Line] = {}
        for server, told in ((alone, "the primary"), (routed, "the replica")):
            server.start()
            stack.callback(server.stop)
            for _ in range(30):  # until both processes have loaded what they need
                httpx.get(f"{server.url}{API}/events/", headers=known, timeout=PATIENCE)
            for address, what in (("?limit=256", "256 events"), ("?limit=8", "8 events")):
                name, url = f"{what} of the feed, from {told}", f"{server.url}{API}/events/"
                lines[name] = asking(url + address, worst, name, known)
        idle = f"{routed.url}{API}/events/?from=300"
        lines["nothing new, asked of both"] = asking(idle, worst, "nothing new", known)
        idle = f"{alone.url}{API}/events/?from=300"
        lines["nothing new, from the primary alone"] = asking(idle, worst, "nothing new", known)
        compare("The feed over HTTP, 16 connections", lines)
    tell("99% answered within: " + ", ".join(f"{name} {time}" for name, time in worst.items()))
