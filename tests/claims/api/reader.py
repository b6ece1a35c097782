"""A reader of the feed as somebody elsewhere writes one: it keeps the positions that it has had.

It takes an address, a key, the file it keeps them in, and whether to poll or to stream.
"""

import json
import sys
from pathlib import Path
from typing import IO, Any

import httpx


def main(url: str, secret: str, kept: str, mode: str) -> None:
    """Follow the feed from where the file ends, until killed."""
    had = [int(line) for line in Path(kept).read_text().splitlines()] if Path(kept).exists() else []
    position = had[-1] + 1 if had else 0
    headers = {"Authorization": f"Bearer {secret}"}
    with Path(kept).open("a") as log, httpx.Client(base_url=url, headers=headers) as http:
        while True:
            step = poll if mode == "poll" else stream
            position = step(http, position, log)


def poll(http: httpx.Client, position: int, log: IO[str]) -> int:
    """Wait for the next few events."""
    asked = {"from": position, "wait": 5, "limit": 3}
    for event in http.get("/events/", params=asked, timeout=60).json()["events"]:
        position = keep(event, log)
    return position


def stream(http: httpx.Client, position: int, log: IO[str]) -> int:
    """Read a stream to its end."""
    last = {"Last-Event-ID": str(position - 1)} if position else {}
    with http.stream("GET", "/events/stream", headers=last, timeout=60) as told:
        for line in told.iter_lines():
            if line.startswith("data: "):
                position = keep(json.loads(line[6:]), log)
    return position


def keep(event: dict[str, Any], log: IO[str]) -> int:
    """Keep that the event was had; the position of the next one."""
    log.write(f"{event['position']}\n")
    log.flush()
    return int(event["position"]) + 1


if __name__ == "__main__":
    main(*sys.argv[1:])
