"""A wire breaks as networks do, so that what is tested over it is tested for real."""

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.faults.wire import LOOPBACK, Wire
from tests.journeys.at_work import until


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server((LOOPBACK, 0)) as listening:
        yield listening


@pytest.fixture
def wire(server: socket.socket) -> Iterator[Wire]:
    made = Wire(to=server.getsockname()[1])
    yield made
    made.close()


@pytest.fixture
def ends(wire: Wire, server: socket.socket) -> Iterator[tuple[socket.socket, socket.socket]]:
    """Both ends of a connection that has passed something already."""
    with socket.create_connection((LOOPBACK, wire.port), timeout=10) as client:
        there, _ = server.accept()
        with there:
            there.settimeout(10)
            client.sendall(b"good day")
            assert there.recv(100) == b"good day"
            yield client, there


def ended(one: socket.socket) -> bool:
    """Whether the other side is gone; waits for it no longer than a moment."""
    one.settimeout(0.2)
    try:
        return one.recv(1) == b""
    except TimeoutError:
        return False
    except ConnectionError:
        return True


def test_a_wire_that_is_cut_ends_what_it_carried_and_takes_nothing_new(
    wire: Wire, server: socket.socket, ends: tuple[socket.socket, socket.socket]
) -> None:
    wire.cut()
    assert all(ended(one) for one in ends)
    with socket.create_connection((LOOPBACK, wire.port), timeout=10) as late:
        until(lambda: ended(late))
    wire.mend()
    with socket.create_connection((LOOPBACK, wire.port), timeout=10) as again:
        again.sendall(b"again")
        there, _ = server.accept()
        with there:
            assert there.recv(100) == b"again"


def test_a_wire_that_is_held_passes_everything_once_it_is_mended(
    wire: Wire, ends: tuple[socket.socket, socket.socket]
) -> None:
    client, there = ends
    wire.hold()
    client.sendall(b"late")
    there.settimeout(0.3)
    with pytest.raises(TimeoutError):
        there.recv(100)
    wire.mend()
    there.settimeout(10)
    assert there.recv(100) == b"late"


def test_a_slow_wire_takes_its_time_in_either_direction(
    wire: Wire, ends: tuple[socket.socket, socket.socket]
) -> None:
    client, there = ends
    wire.delay = 0.2
    began = time.monotonic()
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(client.recv, 100)
        client.sendall(b"how are you")
        there.sendall(there.recv(100))
        assert answer.result(10) == b"how are you"
    assert time.monotonic() - began >= 0.4


def test_a_client_that_vanishes_is_missed_only_after_a_while(
    wire: Wire, ends: tuple[socket.socket, socket.socket]
) -> None:
    client, there = ends
    wire.vanish(1)
    assert ended(client)
    assert not ended(there)
    until(lambda: ended(there), 10)
