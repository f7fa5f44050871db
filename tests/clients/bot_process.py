"""A bot as a process of its own, to be killed: makes numbered events and says how far it came.

Imports little, for it is started often.

Run as `python -m tests.clients.bot_process` with a `Task` in JSON as its argument.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from modwatch_client import Client, RetryPolicy
from modwatch_client.spool import Spool
from tests.clients.made import violation

NAMESPACE = UUID("5b1c7e0a-0b4e-4a51-9d7f-3f6d9a1f2b11")


@dataclass(frozen=True)
class Task:
    """Count `messages`, send events `first` to `last` - 1 of a guild, `at_once` a call.

    `die_before_letting_go`: SIGKILL when the server has answered 202 and the spool does not know.
    """

    url: str
    token: str
    spool: str
    guild_id: int
    first: int
    last: int
    at_once: int = 25
    messages: int = 0
    reason: str = "spam"
    file_bytes: int = 0
    die_before_letting_go: bool = False
    flush: bool = True


def id_of(guild_id: int, number: int) -> UUID:
    return uuid5(NAMESPACE, f"{guild_id}:{number}")


def main(task: Task) -> None:
    if task.file_bytes:
        resource.setrlimit(resource.RLIMIT_FSIZE, (task.file_bytes, task.file_bytes))
    if task.die_before_letting_go:
        setattr(Spool, Spool.settle.__name__, _die)
    retry = RetryPolicy(base_seconds=0.05, cap_seconds=0.5)
    client = Client(
        task.url, task.token, spool=task.spool, linger_seconds=0.01, batch_events=200, retry=retry
    )
    try:
        work(client, task)
    finally:
        client.close(5 if task.flush else 0)


def work(client: Client, task: Task) -> None:
    for _ in range(task.messages):
        client.count_message(task.guild_id)
    while client.stats().uncounted_messages:
        time.sleep(0.02)
    for start in range(task.first, task.last, task.at_once):
        numbers = range(start, min(start + task.at_once, task.last))
        client.send(
            *(
                violation(task.guild_id, id=id_of(task.guild_id, n), reason=task.reason)
                for n in numbers
            )
        )
        say(sent=numbers.stop, peak_kib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    if task.flush:
        say(done=client.flush(120).done)
    stats = client.stats()
    say(accepted=stats.accepted, duplicates=stats.duplicates, waiting=stats.waiting)


def say(**what: Any) -> None:
    print(json.dumps(what), flush=True)


def _die(*_: Any) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(Task(**json.loads(sys.argv[1])))
