"""PostgreSQL and Valkey for a laptop, started only where DATABASE_URL or REDIS_URL is not set.

They listen on loopback only, on free ports, as an unprivileged user even when started by root,
with passwords made at the first start. A folder's lock belongs to one command at a time; commands
in a second terminal use the services of a demo that is running. Standard library only: this runs
before Django, whose settings read the addresses found here.
"""

import fcntl
import json
import os
import secrets
import shutil
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tracker.local import embedded, processes
from tracker.local.boot import reachable, say

# These neither read nor write the desk's data.
SERVICELESS = {
    "", "check", "collectstatic", "compilemessages", "diffsettings", "findstatic", "help",
    "makemessages", "makemigrations", "spectacular", "version",
}  # fmt: skip
# These make a database of their own in it, as its owner.
TESTS = {"benchmark", "test"}
# These have services of their own, of which nothing is kept.
TEMPORARY = {"evaluate", *TESTS}
# These make the tables themselves; for any other command they are made before its first run.
MIGRATE = {"demo", "migrate", "restore", *TESTS}
# The owner's address is for those who do what the application may not.
OWNERS = {"backup", "import-log", *MIGRATE}
# Nor may anything but the signer publish a checkpoint.
SIGNERS = {"demo", "sign-checkpoints", *TESTS}
ADDRESSES = "addresses.json"
WAIT = 120  # seconds for another command to finish with the services


def command(arguments: Sequence[str]) -> str:
    """The name of the command in the arguments, or nothing where only help is asked for."""
    if not arguments or arguments[0].startswith("-") or {"-h", "--help"} & set(arguments[:2]):
        return ""
    return arguments[0]


@contextmanager
def running(root: Path, name: str, given: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """What a command finds in its environment while the services it needs are running.

    Raises SystemExit with a sentence where they cannot be had.
    """
    # Each may be named by a file instead: see tracker/environment.py.
    missing = {
        one for one in ("DATABASE_URL", "REDIS_URL") if not {one, f"{one}_FILE"} & given.keys()
    }
    if name in TESTS and "DATABASE_URL" not in missing and "OWNER_DATABASE_URL" not in given:
        raise SystemExit(
            "The tests make a database of their own as its owner: set OWNER_DATABASE_URL beside "
            "DATABASE_URL, for a role that may create databases."
        )
    if name in SERVICELESS or (not missing and name != "demo"):
        yield {}
        return
    with ExitStack() as stack:
        try:
            environment = _environment(stack, root, name, given)
        except PermissionError as error:
            raise SystemExit(
                f"{error.filename} belongs to another user: run this as that user, or set "
                "DATA_DIR to a folder of your own."
            ) from error
        yield environment


def _environment(
    stack: ExitStack, root: Path, name: str, given: Mapping[str, str]
) -> dict[str, str]:
    """Start what is needed until the stack unwinds, or join a demo that is running."""
    data = data_dir(root, given)
    folder = stack.enter_context(_temporary(data) if name in TEMPORARY else _desk(data, name))
    if folder is None:
        found = json.loads((data / "demo" / ADDRESSES).read_text())
    else:
        found = stack.enter_context(_started(folder, data, given, name))
    return {
        key: found[key]
        for key in found
        if (name in OWNERS or "OWNER" not in key) and (name in SIGNERS or "SIGNER" not in key)
    }


def data_dir(root: Path, given: Mapping[str, str]) -> Path:
    """The folder of services, logs and secrets; a reachable one where root is not followed."""
    chosen = Path(given.get("DATA_DIR") or root / ".data").absolute()
    if os.geteuid() == 0 and not reachable(chosen):
        name = f"claim-tracker-{embedded.digest(str(root))}"
        replacement = Path("/var/tmp") / name  # noqa: S108  # checked below: it must be root's
        say(f"An unprivileged user cannot reach {chosen}; the data are in {replacement} instead.")
        chosen = replacement
    made(chosen)
    if chosen.is_symlink() or chosen.stat().st_uid != os.geteuid() != 0:
        raise PermissionError(13, "not ours", str(chosen))
    return chosen


def made(folder: Path) -> Path:
    """The folder, made if need be; root's can be walked through, but not listed, by others."""
    folder.mkdir(parents=True, exist_ok=True)
    if folder.stat().st_uid == os.geteuid():
        folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
    return folder


def _locked(folder: Path, stack: ExitStack) -> bool:
    """Take the folder's lock until the stack unwinds; False where another command has it."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return False
    stack.callback(os.close, handle)
    return True


@contextmanager
def _temporary(data: Path) -> Iterator[Path]:
    """A folder for one run: two runs at once never meet, and nothing is kept."""
    with ExitStack() as stack:
        number = 1
        while not _locked(made(data / f"test-{number}"), stack):
            number += 1
        folder = data / f"test-{number}"
        processes.stop_leftovers(folder)
        for old in folder.iterdir():
            shutil.rmtree(old) if old.is_dir() else old.unlink()
        yield folder


@contextmanager
def _desk(data: Path, name: str) -> Iterator[Path | None]:
    """The demo's folder, or None where a demo is running whose services can be used."""
    folder = made(data / "demo")
    deadline = time.monotonic() + WAIT
    with ExitStack() as stack:
        while not _locked(folder, stack):
            if (folder / ADDRESSES).exists():
                if name == "demo":
                    raise SystemExit("The demo is running already: stop it there, with Ctrl-C.")
                yield None
                return
            if deadline - time.monotonic() > WAIT - 0.1:
                say("Another command is using the services; waiting for it to finish ...")
            if time.monotonic() > deadline:
                raise SystemExit("Another command still uses the services: end it, or wait for it.")
            time.sleep(0.2)
        (folder / ADDRESSES).unlink(missing_ok=True)
        processes.stop_leftovers(folder)
        yield folder


@contextmanager
def _started(
    folder: Path, data: Path, given: Mapping[str, str], name: str
) -> Iterator[dict[str, str]]:
    """Start what is missing; the environment that leads to it."""
    for part in ("run", "logs"):
        made(folder / part)
    keys = kept_secrets(folder)
    found = {"DATA_DIR": str(data), "SECRET_KEY": given.get("SECRET_KEY") or keys["secret_key"]}
    names = ("DATABASE_URL", "OWNER_DATABASE_URL", "SIGNER_DATABASE_URL", "REDIS_URL")
    found |= {key: given[key] for key in names if key in given}
    house = embedded.House(
        folder=folder,
        data=data,
        keys=keys,
        account=_account(folder),
        durable=name != "test",  # the flush of a commit is what a benchmark measures
        number=1 if name in TEMPORARY else 0,
    )
    with ExitStack() as stack:
        if "REDIS_URL" not in given:
            found |= stack.enter_context(embedded.valkey(house))
        if "DATABASE_URL" not in given:
            found |= stack.enter_context(embedded.postgresql(house))
            if name not in TESTS:
                del found["SUPERUSER_DATABASE_URL"]
            if name not in MIGRATE:
                _migrate_once(folder, found)
        if name == "demo":
            _keep(folder / ADDRESSES, found)
            stack.callback((folder / ADDRESSES).unlink, missing_ok=True)
        yield found


def _account(folder: Path) -> processes.Account | None:
    """Who the servers run as: this user, or for root the user who owns the data, or nobody."""
    if os.geteuid() != 0:
        return None
    nobody = processes.nobody()
    for existing in folder.glob("postgresql-*"):
        status = existing.stat()
        if status.st_uid != 0:
            return processes.Account(uid=status.st_uid, gid=status.st_gid, name=existing.owner())
    return nobody


def _migrate_once(folder: Path, found: Mapping[str, str]) -> None:
    """Make the tables where the very first command is not the demo."""
    mark = folder / "migrated"
    if mark.exists():
        return
    say("Making the tables ...")
    root = Path(__file__).resolve().parent.parent.parent
    migrate: list[str | Path] = [sys.executable, root / "manage.py", "migrate", "-v0"]
    if processes.run(migrate, cwd=root, environment=os.environ | found):
        raise SystemExit("The tables could not be made; the reason is above.")
    mark.touch()


def kept_secrets(folder: Path) -> dict[str, str]:
    """The passwords and keys of this folder, made at its first use; only their owner reads them."""
    path = folder / "secrets.json"
    kept: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    names = ("secret_key", "superuser", *embedded.ROLE_NAMES, "valkey")
    if missing := [name for name in names if name not in kept]:
        kept |= {name: secrets.token_hex(32) for name in missing}
        _keep(path, kept)
    return kept


def _keep(path: Path, content: Mapping[str, str]) -> None:
    """Write a file that nobody else can read, whole or not at all."""
    unfinished = path.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(content, file)
    unfinished.rename(path)
