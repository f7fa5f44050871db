"""PagerDuty on the other side of the world, in a process of its own, whose CPU is not ours."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from benchmarks.cores import LOAD_CORES
from benchmarks.processes import PYTHON, ROOT, prepare
from tests.discord.exchange import Answer, Request
from tests.servers.providers.pagerduty import PagerDutyStandIn

ANSWER_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class SlowPager:
    """As who measures sees it; it is at `port` of loopback."""

    port: int
    _process: subprocess.Popen[str]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def take_count(self) -> int:
        """How many messages it has accepted since it was last asked."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(file=self._process.stdin, flush=True)
        return int(self._process.stdout.readline())


@contextmanager
def slow_pager() -> Iterator[SlowPager]:
    """Away from whoever sends, where there are two cores; it ends with its standard input."""
    with subprocess.Popen(
        [*PYTHON, __name__],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=partial(prepare, os.getpid(), LOAD_CORES),
    ) as process:
        assert process.stdout is not None
        yield SlowPager(int(process.stdout.readline()), process)


class _StandIn(PagerDutyStandIn):
    def judge(self, request: Request) -> Answer:
        time.sleep(ANSWER_SECONDS)
        return super().judge(request)


def _main() -> None:
    """Its port on the first line, then for each line that comes what it has accepted."""
    pager = _StandIn()
    pager.start()
    print(pager.port, flush=True)
    for _ in sys.stdin:
        print(len(pager.accepted), flush=True)
        pager.accepted.clear()
    pager.stop()


if __name__ == "__main__":
    _main()
