"""What can break at a desk, one function each: it breaks something, waits, and mends it again.

Each says what it broke, or nothing where there was nothing to break. Everything is chosen by the
random generator that it is given.
"""

import os
import resource
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from random import Random

import psycopg

from tests.faults.desk import Desk, patiently
from tests.faults.messages import (
    empty_valkey,
    lose_messages,
    reorder_messages,
    repeat_messages,
)
from tracker.waiting import SESSION

Fault = Callable[[Desk, Random], str]


# Processes


def kill_web(desk: Desk, chance: Random) -> str:
    """The web server ends, all of it or one of its processes."""
    return _kill_part(desk, "web", chance)


def kill_worker(desk: Desk, chance: Random) -> str:
    """The worker ends, all of it or one of those who read."""
    return _kill_part(desk, "worker", chance)


def kill_beat(desk: Desk, chance: Random) -> str:
    """Beat ends."""
    desk.kill("beat")
    return "beat"


def kill_signer(desk: Desk, chance: Random) -> str:
    """The signer ends."""
    desk.kill("signer")
    return "the signer"


def kill_valkey(desk: Desk, chance: Random) -> str:
    """Valkey ends, and is away for a while."""
    os.kill(desk.server_pid("valkey"), signal.SIGKILL)
    desk.forget("valkey")
    time.sleep(chance.uniform(0, 2))
    desk.start_valkey()
    return "Valkey"


def kill_postgresql(desk: Desk, chance: Random) -> str:
    """Every process of PostgreSQL ends at once, as a power cut has it."""
    for pid in desk.postgresql_pids():
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    _start_postgresql_again(desk, chance)
    return "all of PostgreSQL"


def kill_a_backend(desk: Desk, chance: Random) -> str:
    """One process of PostgreSQL ends, and PostgreSQL recovers by itself."""
    backends = desk.ask(
        "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'"
        " AND pid <> pg_backend_pid()"
    )
    if not backends:
        return ""
    os.kill(chance.choice(backends)[0], signal.SIGKILL)
    return "one of PostgreSQL's processes"


def restart_postgresql(desk: Desk, chance: Random) -> str:
    """PostgreSQL is shut down at once, without a checkpoint, and started again."""
    os.kill(desk.server_pid("postgresql"), signal.SIGQUIT)
    _start_postgresql_again(desk, chance)
    return "PostgreSQL, at once"


def _kill_part(desk: Desk, name: str, chance: Random) -> str:
    children = desk.children(name)
    if children and chance.random() < 0.5:
        with suppress(ProcessLookupError):
            os.kill(chance.choice(children), signal.SIGKILL)
        return f"one of the {name}'s processes"
    desk.kill(name)
    return f"all of the {name}"


def _start_postgresql_again(desk: Desk, chance: Random) -> None:
    desk.wait_for_no_postgresql()
    desk.forget("postgresql")
    time.sleep(chance.uniform(0, 2))
    desk.start_postgresql()


# What PostgreSQL has too little of


def no_connections(desk: Desk, chance: Random) -> str:
    """Somebody takes every connection that PostgreSQL has left for those without its reserve."""
    with ExitStack() as stack:
        taken = 0
        with suppress(psycopg.OperationalError):
            while taken < 1000:
                address = desk.addresses["DATABASE_URL"]
                stack.enter_context(psycopg.connect(address, autocommit=True))
                taken += 1
        time.sleep(chance.uniform(1, 3))
    return f"{taken} taken" if taken else ""


def no_time(desk: Desk, chance: Random) -> str:
    """Somebody holds the log's head, or the documents, for longer than people like to wait."""
    table = chance.choice(["ledger.head", "public.sources_document", "public.claims_proposal"])
    with desk.superuse() as connection, connection.transaction():
        connection.execute("SET LOCAL lock_timeout = '5s'")
        with suppress(psycopg.errors.LockNotAvailable):
            connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE".encode())
            seconds = chance.uniform(1, 7)
            time.sleep(seconds)
            return f"{table} locked for {seconds:.1f} s"
    return ""


def no_disk(desk: Desk, chance: Random) -> str:
    """The disk of PostgreSQL is full for a while; where it has none of its own, no file grows."""
    full = full_disk if desk.small_disk else no_file_grows
    try:
        with full(desk):
            time.sleep(chance.uniform(1, 4))
    except PermissionError:
        return ""  # it is another user's PostgreSQL, and this one may do neither
    # Where it could not write what it must, it ended, and is started again now that there is room.
    patiently(lambda: _answers(desk) or not desk.postgresql_pids(), 30)
    if _answers(desk):
        return full.__name__
    _start_postgresql_again(desk, chance)
    return f"{full.__name__}, of which PostgreSQL ended"


@contextmanager
def full_disk(desk: Desk) -> Iterator[None]:
    filler = desk.folder / "disk" / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        for size in (1 << 20, 1 << 12):
            with suppress(OSError):
                while True:
                    file.write(bytes(size))
    try:
        yield
    finally:
        filler.unlink()


@contextmanager
def no_file_grows(desk: Desk) -> Iterator[None]:
    """Whoever writes beyond 64 kB of a file gets an error, as from a disk that is full."""
    infinite = resource.RLIM_INFINITY
    _limit(desk, (65536, infinite))
    try:
        yield
    finally:
        _limit(desk, (infinite, infinite))


def _limit(desk: Desk, most: tuple[int, int]) -> None:
    for pid in desk.postgresql_pids():
        with suppress(ProcessLookupError):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, most)


def _answers(desk: Desk) -> bool:
    try:
        return bool(desk.ask("SELECT 1"))
    except psycopg.OperationalError:
        return False


# Wires

WIRES = ("web", "worker", "worker", "signer", "valkey")


def cut_wire(desk: Desk, chance: Random) -> str:
    """Nothing gets through to a server any more, and connections end."""
    name, seconds = chance.choice(WIRES), chance.uniform(0, 3)
    desk.wires[name].cut()
    time.sleep(seconds)
    desk.wires[name].mend()
    return f"{name} for {seconds:.1f} s"


def hold_wire(desk: Desk, chance: Random) -> str:
    """Nothing gets through for a while, and then all of it does."""
    name, seconds = chance.choice(WIRES), chance.uniform(1, 6)
    desk.wires[name].hold()
    time.sleep(seconds)
    desk.wires[name].mend()
    return f"{name} for {seconds:.1f} s"


def vanish(desk: Desk, chance: Random) -> str:
    """The machine of a part loses its power, so that PostgreSQL hears nothing of it.

    It takes as long to notice as the settings of its sessions say, and the part starts elsewhere.
    """
    name = chance.choice(["web", "worker", "worker", "signer"])
    idle, interval, count = (
        int(SESSION[f"tcp_keepalives_{part}"]) for part in ("idle", "interval", "count")
    )
    desk.wires[name].vanish(idle + interval * count)
    desk.kill(name)
    return name


def slow_wire(desk: Desk, chance: Random) -> str:
    """Everything takes longer."""
    name, seconds = chance.choice(WIRES), chance.uniform(1, 4)
    desk.wires[name].delay = chance.uniform(0.02, 0.2)
    time.sleep(seconds)
    desk.wires[name].mend()
    return f"{name} for {seconds:.1f} s"


# Time


def step_clock(desk: Desk, chance: Random) -> str:
    """The machine's clock jumps; without a clock of our own, the log was written by one ahead."""
    if desk.clock.own:
        desk.clock.step(seconds := chance.choice([-3600, -30, -1, 1, 30, 3600]))
        return f"{seconds:+} s"
    with desk.superuse() as connection:
        connection.execute("UPDATE ledger.head SET recorded_at = now() + interval '5 minutes'")
    return "the log is ahead"


FAULTS: tuple[Fault, ...] = (
    kill_web, kill_worker, kill_beat, kill_signer, kill_valkey, kill_postgresql, kill_a_backend,
    restart_postgresql, no_connections, no_time, no_disk, cut_wire, hold_wire, slow_wire,
    empty_valkey, lose_messages, repeat_messages, reorder_messages, step_clock,
)  # fmt: skip
# It takes PostgreSQL minutes to notice.
LONG: tuple[Fault, ...] = (vanish,)
