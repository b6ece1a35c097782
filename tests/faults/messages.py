"""What can become of messages on their way from the web server and beat to the workers."""

import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

import redis

from tests.faults.desk import Desk, patiently


def empty_valkey(desk: Desk, chance: Random) -> str:
    """Valkey forgets everything."""
    with desk.broker() as broker:
        broker.flushall()
    return "everything"


def lose_messages(desk: Desk, chance: Random) -> str:
    """Messages to the workers are lost on their way."""
    return _change_messages(desk, lambda messages: messages[: len(messages) // 2])


def repeat_messages(desk: Desk, chance: Random) -> str:
    """Messages to the workers arrive several times, those that are being worked on among them."""

    def repeated(messages: list[str]) -> list[str]:
        return messages * chance.randint(2, 4)

    return _change_messages(desk, repeated, taken=True)


def reorder_messages(desk: Desk, chance: Random) -> str:
    """Messages to the workers arrive in another order."""
    return _change_messages(desk, lambda messages: chance.sample(messages, len(messages)))


def _change_messages(
    desk: Desk, change: Callable[[list[str]], list[str]], *, taken: bool = False
) -> str:
    """Put other messages into each queue in one step.

    With `taken`, together with those that workers have taken and not yet done.
    """

    before = after = 0
    with desk.broker() as broker, _asleep(desk):
        patiently(lambda: _waiting(broker) > 1, 3)
        unacked: list[Any] = [json.loads(one) for one in broker.hvals("unacked")] if taken else []
        for queue in {*_queues(broker), *(one[2] for one in unacked)}:
            with broker.pipeline() as step:
                messages = broker.lrange(queue, 0, -1)
                messages += [json.dumps(one[0]) for one in unacked if one[2] == queue]
                step.multi()
                step.delete(queue)
                changed = change(list(messages))
                for message in changed:
                    step.rpush(queue, message)
                step.execute()
            before, after = before + len(messages), after + len(changed)
    return f"{before} messages, then {after}" if before else ""


@contextmanager
def _asleep(desk: Desk) -> Iterator[None]:
    """The worker does nothing meanwhile, so that messages come together."""
    with desk.lock:
        process = desk.parts["worker"].process
        pid = process.popen.pid if process and process.popen.poll() is None else 0
        if pid:
            os.killpg(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            if pid:
                os.killpg(pid, signal.SIGCONT)


def _queues(broker: redis.Redis) -> list[str]:
    """The queues in which messages wait."""
    return [key for key in broker.scan_iter() if broker.type(key) == "list"]


def _waiting(broker: redis.Redis) -> int:
    return sum(int(broker.llen(queue)) for queue in _queues(broker))
