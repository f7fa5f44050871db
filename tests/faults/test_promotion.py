"""The primary of two database servers is killed while bots send, and its standby promoted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import httpx
import pytest

from services.snapshots.materialise import LEASE_MS
from tests.faults.clients import Bot
from tests.faults.stack import SWEPT_SECONDS, Stack
from tests.faults.truth import check_counts, check_streams, is_clean, is_published
from tests.parts import until
from tests.servers.postgres import TEMPLATE, Cluster
from tests.servers.scratch import scratch_folder

pytestmark = pytest.mark.faults
GUILDS = [9101, 9102]
# What was lost with the primary is found by the next sweep, once its lease is over.
PATIENCE_SECONDS = SWEPT_SECONDS + 2 * LEASE_MS / 1000
# No statistics and no vacuum in the few seconds that these servers live; commits are waited for.
SETTINGS = ("fsync=off", "full_page_writes=off", "autovacuum=off", "max_connections=60")


@dataclass(frozen=True)
class Pair:
    """A primary whose commits wait for its standby, both with the database TEMPLATE."""

    primary: Cluster
    standby: Cluster

    @property
    def url(self) -> str:
        hosts = f"{self.primary.folder},{self.standby.folder}"
        options = f"host={hosts}&target_session_attrs=read-write"
        return f"postgresql://modwatch@/{TEMPLATE}?{options}"

    def is_in_step(self) -> bool:
        with self.primary.connect() as connection:
            query = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'"
            row = connection.execute(query).fetchone()
        return row == (1,)


@pytest.fixture
def pair() -> Iterator[Pair]:
    with scratch_folder("primary") as one, scratch_folder("standby") as other, ExitStack() as ends:
        made = Pair(Cluster(one, settings=SETTINGS), Cluster(other, settings=SETTINGS))
        ends.callback(made.primary.stop)
        made.primary.start()
        made.primary.copy_to(made.standby, "second")
        ends.callback(made.standby.stop)
        made.standby.serve()
        # Not before the copy, which would have it as well and wait for a standby of its own.
        made.primary.execute("ALTER SYSTEM SET synchronous_standby_names = 'second'")
        made.primary.execute("SELECT pg_reload_conf()")
        until(made.is_in_step, PATIENCE_SECONDS, "a standby in step")
        yield made


def test_all_goes_on_with_the_standby(make_stack: Callable[[str], Stack], pair: Pair) -> None:
    """Nobody starts anything anew; what was told 202 is there, once."""
    stack = make_stack(pair.url)
    bots = [Bot(stack.client(), GUILDS) for _ in range(2)]
    for bot in bots:
        bot.start()
    until(lambda: min(bot.accepted for bot in bots) > 30, PATIENCE_SECONDS, "events")
    pair.primary.kill()
    until(lambda: all(bot.seen[503] for bot in bots), PATIENCE_SECONDS, "a word that it is away")
    assert ready(stack) == 503
    accepted = [bot.accepted for bot in bots]
    pair.standby.execute("SELECT pg_promote()")
    until(
        lambda: all(b.accepted > before + 30 for b, before in zip(bots, accepted, strict=True)),
        PATIENCE_SECONDS,
        "events on the other server",
    )
    for bot in bots:
        bot.stop()
    assert set().union(*(bot.seen for bot in bots)) == {202, 503}
    until(lambda: is_clean(stack.database), PATIENCE_SECONDS, "snapshots of every guild")
    until(lambda: is_published(stack.database), PATIENCE_SECONDS, "all events published")
    check_counts(stack.database, bots)
    check_streams(stack, bots)
    assert ready(stack) == 200
    assert (stack.web.exit_code(), stack.worker.exit_code()) == (None, None)


def ready(stack: Stack) -> int:
    return httpx.get(f"{stack.url}/health/ready", timeout=30).status_code
