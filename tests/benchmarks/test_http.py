"""Over HTTP: reads a second with 16 connections (wrk) on the web server as it is set up."""

import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from typing import TypeAlias

import httpx
import pytest

from claims.events import Published
from tests.benchmarks.rounds import Line
from tests.claims.build import begins, corroborated, disputed, recorded, say
from tests.client import API, key
from tests.conftest import Server

Compare: TypeAlias = Callable[[str, Mapping[str, Line]], None]
RATE = re.compile(r"Requests/sec:\s+([0-9.]+)")
WORST = re.compile(r"99%\s+(\S+)")


def asking(url: str, worst: dict[str, str], name: str, headers: Mapping[str, str]) -> Line:
    """A line that asks for an address over and over; every answer must be a good one."""

    def line(seconds: float) -> float:
        command = ["wrk", "-t1", "-c16", f"-d{max(1, round(seconds))}s", "--latency"]
        for title, value in headers.items():
            command += ["-H", f"{title}: {value}"]
        ran = subprocess.run([*command, url], capture_output=True, text=True, check=True)
        assert "Non-2xx" not in ran.stdout, ran.stdout
        assert "Socket errors" not in ran.stdout, ran.stdout
        worst[name] = WORST.findall(ran.stdout)[0]
        return float(RATE.findall(ran.stdout)[0])

    return line


def test_reads_of_a_status(
    asked: str, live: Server, compare: Compare, tell: Callable[[str], None]
) -> None:
    if shutil.which("wrk") is None:
        pytest.skip("there is no wrk on this machine (Debian: apt-get install wrk)")
    claim = recorded(begins(), corroborated(2), disputed(3))
    say(claim, Published())
    known = {"Authorization": f"Bearer {key()}"}
    address = f"{live.url}{API}/claims/{claim}/"
    etag = httpx.get(address, headers=known).headers["ETag"]
    worst: dict[str, str] = {}
    lines = {
        "a bare hello": (f"{live.url}/hello", {}),
        "a claim's status": (address, known),
        "the same, unchanged (304)": (address, {**known, "If-None-Match": etag}),
        "a plain ModelSerializer, no key": (f"{live.url}/plain/{claim}", {}),
        "its public page": (f"{live.url}/claims/{claim}", {}),
        "256 events of the feed": (f"{live.url}{API}/events/?limit=256", known),
    }
    compare(
        "Reads over HTTP, 16 connections",
        {name: asking(url, worst, name, given) for name, (url, given) in lines.items()},
    )
    tell("99% answered within: " + ", ".join(f"{name} {time}" for name, time in worst.items()))
