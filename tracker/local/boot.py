"""The environment: `python3 manage.py` makes .venv from the lock and continues in it.

The lock is the hashed requirements.txt. A mark inside .venv says whether it is being made or was
made, and from which lock: what was interrupted half-way is thrown away and made again. Standard
library only, and no import of the package `tracker`: this runs before anything is installed.
"""

import fcntl
import hashlib
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MARK = "claim-tracker"
UNFINISHED = "being made"


def say(sentence: str) -> None:
    """Tell the person at the terminal, apart from what the command itself prints."""
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()


def reachable(path: Path) -> bool:
    """Can any user of this machine walk to this path?"""
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in path.parents if parent.exists())


def enter(root: Path) -> None:
    """Continue in the project's environment, making it first where it is missing or outdated.

    An environment somebody else prepared is used as it is: another virtual environment, or the
    system's packages where CLAIM_TRACKER_ENVIRONMENT=system (containers). Does not return where
    the command has to start again with the environment's own Python.
    """
    venv = root / ".venv"
    ours = inside(venv)
    if not ours and (
        sys.prefix != sys.base_prefix or os.environ.get("CLAIM_TRACKER_ENVIRONMENT") == "system"
    ):
        return
    if not current(root):
        try:
            with alone(root):
                if not current(root):
                    make(root)
        except PermissionError as error:
            raise SystemExit(
                f"{error.filename} cannot be written, so the environment cannot be made. Run this "
                "as the owner of the checkout, or inside a virtual environment of your own with "
                "the packages of requirements.txt."
            ) from error
    if not ours:
        python = str(venv / "bin" / "python")
        os.execv(python, [python, *sys.orig_argv[1:]])


def inside(venv: Path) -> bool:
    """Does this Python run in the project's environment?"""
    return Path(sys.prefix).resolve() == venv.resolve()


def fingerprint(root: Path) -> str:
    """What the environment is made from: the lock."""
    return hashlib.sha256((root / "requirements.txt").read_bytes()).hexdigest()


def current(root: Path) -> bool:
    """Was the environment made, to the end, from the lock as it is now?"""
    mark = root / ".venv" / MARK
    complete = mark.is_file() and mark.read_text() == fingerprint(root)
    return complete and (root / ".venv" / "bin" / "python").exists()


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, waiting for whoever holds it; a process that dies lets go of it.

    Children that take over open files hold it too: pip goes on where its parent is killed.
    """
    handle = os.open(folder, os.O_RDONLY)
    os.set_inheritable(handle, True)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another command is making the environment; waiting for it to finish ...")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def make(root: Path) -> None:
    """Make .venv, or bring it up to date with the lock.

    Raises SystemExit with what to do where that is not possible.
    """
    venv = root / ".venv"
    mark = venv / MARK
    if venv.exists() and (unfinished(venv) or not works(venv)):
        say("The environment in .venv was left half-made; it is made again.")
        shutil.rmtree(venv)
        if inside(venv):
            raise SystemExit("It was this command's own: start it with another Python.")
    if not venv.exists():
        say("1/2 Making a Python environment in .venv ...")
        create(venv, mark)
    mark.write_text(UNFINISHED)
    install(venv, root / "requirements.txt")
    mark.write_text(fingerprint(root))


def unfinished(venv: Path) -> bool:
    """Did whoever was making or changing the environment stop before the end?"""
    mark = venv / MARK
    return mark.is_file() and mark.read_text() == UNFINISHED


def works(venv: Path) -> bool:
    """Can the environment's Python start and install packages?"""
    try:
        return _quiet(venv / "bin" / "python", "-c", "import pip").returncode == 0
    except OSError:
        return False


def create(venv: Path, mark: Path) -> None:
    """Make an empty environment with pip; says which package to install where that fails."""
    venv.mkdir()
    mark.write_text(UNFINISHED)
    made = _quiet(interpreter(), "-m", "venv", venv)
    if made.returncode:
        shutil.rmtree(venv)
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise SystemExit(
            "This Python cannot make a virtual environment. On Debian and Ubuntu install the "
            f"package that can, then run this again:\n    apt-get install python{version}-venv\n"
            f"(What Python said: {made.stdout.strip().splitlines()[-1:] or 'nothing'})"
        )


def interpreter() -> str:
    """The Python to build on: this one, unless it is root's own.

    What root starts runs as another user, who has to reach it; then the system's Python serves.
    """
    if os.geteuid() != 0 or reachable(Path(sys.executable).resolve()):
        return sys.executable
    fit = "import ensurepip, sys; sys.exit(sys.version_info < (3, 11))"
    for other in ("/usr/local/bin/python3", "/usr/bin/python3"):
        if Path(other).exists() and _quiet(other, "-c", fit).returncode == 0:
            say(f"    built on {other}: other users cannot reach {sys.executable}")
            return other
    return sys.executable


def install(venv: Path, lock: Path) -> None:
    """Install what the lock names, checking every hash, and show how far it is."""
    total = len(re.findall(r"^\w\S*==", lock.read_text(), re.MULTILINE))
    say(f"2/2 Installing {total} packages; the first time this takes one to two minutes ...")
    command = [str(venv / "bin" / "python"), "-m", "pip", "install", "--no-input"]
    command += ["--disable-pip-version-check", "--require-hashes", "--only-binary", ":all:"]
    process = subprocess.Popen(
        [*command, "--requirement", str(lock)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        close_fds=False,  # it holds the lock, see alone
    )
    last = _watch(process, total)
    if process.wait():
        raise SystemExit(
            "".join(last) + "\nThe packages could not be installed; pip's last words are above. "
            "Check that this machine reaches its package index, then run the same command again."
        )


def _watch(process: subprocess.Popen[str], total: int) -> list[str]:
    """Show pip's progress as it goes; the last lines it wrote."""
    last: list[str] = []
    seen = 0
    for line in process.stdout or ():
        last = [*last[-19:], line]
        if line.startswith(("Collecting ", "Requirement already ", "Ignoring ")):
            seen += 1
            if seen % 20 == 0:
                say(f"    {seen} of {total} packages fetched")
        elif line.startswith("Installing collected packages"):
            say("    all packages fetched; unpacking them ...")
    return last


def _quiet(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
