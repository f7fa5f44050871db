"""`make hosts-test`: what stands between the hosts breaks while events come in, and comes back.

RabbitMQ is killed; each host of Modwatch is cut off for 20 s, with RabbitMQ and with Valkey as
the broker. Each time everything told 202 must be in the tables once, every process alive, every
event at each listener or `recovered: false`, and the answers fresh within 60 s. Needs root; some
five minutes.
"""

from __future__ import annotations

import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from adapters.process.tether import die_with_parent
from tests.faults.clients import Bot
from tests.faults.truth import check_counts, is_clean, is_published
from tests.hosts.installation import Installation
from tests.hosts.namespaces import remove_leftovers
from tests.live.watchers import Watchers
from tests.parts import until
from tools.standins import ensure_postgres, ensure_rabbitmq

GUILDS = [9101, 9102]
LISTENERS = 6
CUT_SECONDS = 20.0
FRESH_SECONDS = 60.0  # what is promised
PATIENCE_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Fault:
    name: str
    begin: Callable[[], None]
    end: Callable[[], None]
    # Beside 202: what a bot is told of which it knows that it has to send again.
    may_say: frozenset[int] = frozenset()
    # What /health calls less than healthy meanwhile.
    check: str | None = None


def main() -> int:
    ensure_postgres()
    ensure_rabbitmq()
    remove_leftovers()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("hosts: told to end"))
    for with_rabbitmq in (True, False):
        with tempfile.TemporaryDirectory(prefix="mw-", ignore_cleanup_errors=True) as name:
            folder = Path(name)
            folder.chmod(0o755)
            with ExitStack() as ends:
                site = Installation(folder, with_rabbitmq=with_rabbitmq, ends=ends)
                broker = "RabbitMQ" if with_rabbitmq else "Valkey"
                for fault in faults(site, with_rabbitmq=with_rabbitmq):
                    endure(site, fault, f"{fault.name}, tasks by {broker}")
    return 0


def faults(site: Installation, *, with_rabbitmq: bool) -> list[Fault]:
    cut, heal = site.stores.cut, site.stores.heal
    web, work = site.web_host, site.work_host
    found = [
        Fault("worker and beat cut off", lambda: cut(work), lambda: heal(work), check="workers"),
        Fault("web cut off", lambda: cut(web), lambda: heal(web), frozenset({503}), "database"),
    ]
    if with_rabbitmq:
        killed = Fault("RabbitMQ killed", site.kill_rabbitmq, site.start_rabbitmq, check="broker")
        return [killed, *found]
    return found


def endure(site: Installation, fault: Fault, title: str) -> None:
    bots = [Bot(site.client(), GUILDS) for _ in range(2)]
    guilds = [GUILDS[at % len(GUILDS)] for at in range(LISTENERS)]
    watchers = Watchers(guilds, lambda at: site.socket_address(guilds[at]))
    watchers.start()
    until(watchers.are_subscribed, PATIENCE_SECONDS, "everybody subscribed")
    for bot in bots:
        bot.start()
    more(bots)
    fault.begin()
    if fault.check is not None:
        until(lambda: site.check(fault.check or "") != "healthy", PATIENCE_SECONDS, "a word of it")
    time.sleep(CUT_SECONDS)  # it is the fault itself that lasts so long
    assert site.ended() == []
    fault.end()
    back = time.monotonic()
    more(bots)
    for bot in bots:
        bot.stop()
    until(lambda: is_clean(site.database), FRESH_SECONDS, f"{title}: fresh snapshots")
    until(lambda: is_published(site.database), FRESH_SECONDS, f"{title}: all events published")
    fresh_seconds = time.monotonic() - back
    assert_all_heard(site, watchers)
    ALL_BOTS.setdefault(site.url, []).extend(bots)
    check_counts(site.database, ALL_BOTS[site.url])
    seen = set().union(*(bot.seen for bot in bots))
    assert seen <= {202, *fault.may_say}, f"{title}: {seen}"
    assert site.ended() == []
    until(lambda: site.check("workers") == "healthy", PATIENCE_SECONDS, "the worker's word")
    accepted = sum(bot.accepted for bot in bots)
    print(f"{title}: {accepted} events, fresh after {fresh_seconds:.0f} s", flush=True)


# Of each installation: its tables have what came in all faults.
ALL_BOTS: dict[str, list[Bot]] = {}


def more(bots: list[Bot]) -> None:
    before = [bot.accepted for bot in bots]
    until(
        lambda: all(bot.accepted > one + 30 for bot, one in zip(bots, before, strict=True)),
        PATIENCE_SECONDS,
        "more events taken",
    )


def assert_all_heard(site: Installation, watchers: Watchers) -> None:
    """Each offset once and in order; a gap only where the server said so."""
    with site.database.read() as connection:
        rows = connection.execute(text("SELECT guild_id, event_offset FROM guilds"))
        ends = {row.guild_id: row.event_offset for row in rows}
    until(
        lambda: all(one.offsets[-1:] == [ends[one.guild_id]] for one in watchers.all),
        PATIENCE_SECONDS,
        "the last event at every listener",
    )
    watchers.stop()
    for one in watchers.all:
        assert one.offsets == sorted(set(one.offsets))
        whole = list(range(one.begun + 1, ends[one.guild_id] + 1))
        assert one.offsets == whole or one.unrecovered, one.seen


if __name__ == "__main__":
    die_with_parent()
    sys.exit(main())
