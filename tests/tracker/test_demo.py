"""The demo: its parts really run, are started again when they die, and stop when asked."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management.base import CommandError

from tracker.local import processes
from tracker.local.embedded import free_port
from tracker.management.commands import demo

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_the_demo_runs_on_given_services_tells_where_to_go_and_stops_cleanly(
    committed: None, place: Path
) -> None:
    port = free_port()
    with (place / "said").open("w") as said:
        running = subprocess.Popen(
            [sys.executable, "manage.py", "demo", "--no-seed", f"--port={port}"],
            cwd=ROOT,
            env=os.environ | {"DATA_DIR": str(place / "data")},
            stdout=said,
            stderr=subprocess.STDOUT,
        )
    wait_for(lambda: "Ctrl-C" in (place / "said").read_text() or running.poll() is not None)
    assert f"http://127.0.0.1:{port}/admin/" in (place / "said").read_text()
    assert demo.answers(port)
    pids = [
        int(pid)
        for pid in subprocess.run(
            ["pgrep", "-P", str(running.pid)], capture_output=True, text=True, check=True
        ).stdout.split()
    ]
    running.terminate()
    assert running.wait(timeout=40) == 0
    assert len(pids) == 4
    assert not any(processes.born(pid) for pid in pids)
    assert not demo.answers(port)


def wait_for(done: Callable[[], bool], patience: float = 60) -> None:
    """Wait until something is so, and fail where it never is."""
    deadline = time.monotonic() + patience
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_taken_port_is_one_clear_sentence() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        taken = listener.getsockname()[1]
        with pytest.raises(CommandError, match=f"{taken} is taken.* --port {taken + 1}"):
            demo.refuse_taken(taken)


@pytest.mark.parametrize("text", ["0", "-1", "65536", "web", ""])
def test_a_port_is_a_number_a_program_may_listen_on(text: str) -> None:
    with pytest.raises(Exception, match="is not a port"):
        demo.port(text)


def test_a_part_that_dies_is_started_again_later_and_later(place: Path) -> None:
    for name in ("run", "logs"):
        (place / name).mkdir()

    def begin() -> processes.Process:
        process = processes.start(
            [sys.executable, "-c", "raise SystemExit(3)"], name="web", folder=place, cwd=place
        )
        process.popen.wait()
        return process

    part = demo.Part(name="web", begin=begin)
    said: list[str] = []
    pauses: list[float] = []
    now = 0.0
    while len(said) < 7:
        if sentence := part.tend(now):
            said.append(sentence)
            pauses.append(part.delay)
        now += 0.5
    assert said[0] == "web ended (code 3); it is started again in 2 s."
    assert pauses == [2, 4, 8, 16, 30, 30, 30]


def test_a_part_that_ran_for_long_is_started_again_at_once(place: Path) -> None:
    for name in ("run", "logs"):
        (place / name).mkdir()

    def begin() -> processes.Process:
        return processes.start(
            [sys.executable, "-c", "import time; time.sleep(60)"],
            name="web",
            folder=place,
            cwd=place,
        )

    part = demo.Part(name="web", begin=begin, delay=16)
    part.tend(now=0)
    assert part.process
    os.killpg(part.process.popen.pid, signal.SIGKILL)
    part.process.popen.wait()
    assert part.tend(now=demo.SETTLED + 1).endswith("started again in 1 s.")


@pytest.mark.slow
def test_a_demo_whose_database_died_says_so_and_ends(place: Path) -> None:
    environment = {key: os.environ[key] for key in os.environ if not key.endswith("_URL")}
    with (place / "said").open("w") as said:
        running = subprocess.Popen(
            [sys.executable, "manage.py", "demo", "--no-seed", f"--port={free_port()}"],
            cwd=ROOT,
            env=environment | {"DATA_DIR": str(place / ".data")},
            stdout=said,
            stderr=subprocess.STDOUT,
        )
    wait_for(lambda: "Ctrl-C" in (place / "said").read_text() or running.poll() is not None)
    note = place / ".data" / "demo" / "run" / "postgresql.json"
    os.kill(json.loads(note.read_text())["pid"], signal.SIGKILL)
    assert running.wait(timeout=60) == 1
    assert "postgresql has ended by itself; nothing is lost" in (place / "said").read_text()
    assert not list(note.parent.iterdir())
