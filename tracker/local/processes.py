"""Processes that are ours: started, proved to be ours, and stopped, whatever happens to us.

On Linux the kernel tells a child when its parent has died. Everywhere a file per child keeps its
number, its moment of birth and the folder it works for, so that the next start can stop what a
killed one left behind and nothing else. Standard library only: this runs before Django.
"""

import ctypes
import json
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

PR_SET_PDEATHSIG = 1  # linux/prctl.h
PATIENCE = 30  # seconds a process has to end by itself
_LIBC = ctypes.CDLL(None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """The user a process runs as when root starts it."""

    uid: int
    gid: int
    name: str


@dataclass(kw_only=True, slots=True)
class Process:
    """A child of ours, the file that proves it and the signal that ends it well."""

    popen: subprocess.Popen[bytes]
    note: Path
    ending: signal.Signals = signal.SIGTERM
    asked: bool = False

    def ask(self) -> None:
        """Ask it to end; once, since many programs take a second time for impatience."""
        if not self.asked and self.popen.poll() is None:
            self.popen.send_signal(self.ending)
        self.asked = True

    def stop(self, patience: float = PATIENCE) -> None:
        """Ask it to end, wait, and end it with all its children where it does not."""
        self.ask()
        try:
            self.popen.wait(patience)
        except subprocess.TimeoutExpired:
            _kill_group(self.popen.pid)
            self.popen.wait()
        self.note.unlink(missing_ok=True)


def nobody() -> Account:
    """The user without rights that every Unix has."""
    entry = pwd.getpwnam("nobody")
    return Account(uid=entry.pw_uid, gid=entry.pw_gid, name=entry.pw_name)


def room(path: Path, account: Account | None) -> Path:
    """A folder that belongs to the given user, or to this one, alone."""
    if not path.exists():
        path.mkdir(mode=0o700)
        if account:
            os.chown(path, account.uid, account.gid)
    return path


def start(
    command: Sequence[str | Path],
    *,
    name: str,
    folder: Path,
    cwd: Path,
    account: Account | None = None,
    environment: Mapping[str, str] | None = None,
    stdin: IO[bytes] | None = None,
    ending: signal.Signals = signal.SIGTERM,
) -> Process:
    """Start a child that writes to FOLDER/logs/NAME.log and ends when this process does.

    It gets a session of its own: Ctrl-C at the terminal reaches this process alone, which then
    stops its children in order.
    """
    note = folder / "run" / f"{name}.json"
    with (folder / "logs" / f"{name}.log").open("ab") as log:
        popen = subprocess.Popen(
            command,
            cwd=cwd,
            env=environment,
            stdin=stdin or subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_ends_with_parent(os.getpid(), ending),
            **_as(account),
        )
    proof = {"pid": popen.pid, "born": born(popen.pid), "folder": str(folder), "ending": ending}
    note.write_text(json.dumps(proof))
    return Process(popen=popen, note=note, ending=ending)


def run(command: Sequence[str | Path], *, cwd: Path, environment: Mapping[str, str]) -> int:
    """Run a command at this terminal to its end; its exit code.

    Ctrl-C reaches both; the command decides what it means and this process waits for it.
    """
    child = subprocess.Popen(
        command, cwd=cwd, env=environment, preexec_fn=_ends_with_parent(os.getpid(), signal.SIGTERM)
    )
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return child.wait()
    finally:
        child.terminate()
        child.wait()
        signal.signal(signal.SIGINT, before)


def run_as(account: Account | None, command: Sequence[str | Path], cwd: Path) -> str | None:
    """Run a command to its end as the given user; what it said where it failed, else None."""
    try:
        done = subprocess.run(
            command,
            cwd=cwd,
            check=False,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            **_as(account),
        )
    except PermissionError as error:
        return str(error)
    return done.stdout if done.returncode else None


def _as(account: Account | None) -> dict[str, Any]:
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def _ends_with_parent(parent: int, ending: int) -> Callable[[], None] | None:
    """What a child does first on Linux; after the change of user, which would undo it."""
    if sys.platform != "linux":
        return None

    def arrange() -> None:
        _LIBC.prctl(PR_SET_PDEATHSIG, ending)
        if os.getppid() != parent:
            os._exit(1)

    return arrange


def born(pid: int) -> str:
    """When a process was born, which its number alone does not tell; empty if there is none."""
    if sys.platform != "linux":
        done = subprocess.run(
            ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        return done.stdout.strip()
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    # The first field is the state: a zombie has ended. The twentieth is the start, in ticks.
    return "" if fields[0] == "Z" else f"{fields[19]} of {boot}"


def ended(folder: Path, name: str) -> bool:
    """Did a child that is noted in this folder end without being asked to?"""
    note = folder / "run" / f"{name}.json"
    return note.exists() and not born(json.loads(note.read_text())["pid"])


def stop_leftovers(folder: Path) -> None:
    """Stop the children a killed predecessor left behind in this folder, and forget them."""
    notes = {note: json.loads(note.read_text() or "{}") for note in _notes(folder)}
    ours = {
        proof["pid"]: proof
        for proof in notes.values()
        if proof.get("folder") == str(folder) and proof["born"] == born(proof["pid"]) != ""
    }
    for pid, proof in ours.items():
        _signal(pid, proof["ending"])
    deadline = time.monotonic() + PATIENCE
    for pid, proof in ours.items():
        while born(pid) == proof["born"] and time.monotonic() < deadline:
            time.sleep(0.05)
        if born(pid) == proof["born"]:
            _kill_group(pid)
    for note in notes:
        note.unlink()


def _notes(folder: Path) -> Iterable[Path]:
    return sorted((folder / "run").glob("*.json"))


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _kill_group(pid: int) -> None:
    """Each of our children leads a session, so its number names its descendants too."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
