"""`make upgrade-test FROM=v1.2.3`: this release migrates and takes the place of one that goes on.

Events come in and pages are read all the while: at the schema of before, while it is migrated, and
at each step of both orders, new web processes first or new workers. Everything told 202 is in the
tables once, rollups are a recount, no read and no event is answered by an error. Some five minutes,
and as many more where the release before has other libraries.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from adapters.database import Database
from adapters.process.tether import die_with_parent
from tests.deployment.rolling.releases import Release, last_released, release_before, this_release
from tests.deployment.rolling.site import PATIENCE_SECONDS, Site
from tests.faults.clients import Bot, Dashboard
from tests.faults.truth import check_counts, is_clean, is_published
from tests.parts import until
from tools.standins import ensure_postgres

GUILDS = [9101, 9102]
ORDERS = (("web", "worker", "beat"), ("worker", "beat", "web"))
# So many events, and so many answers, at each step.
EVENTS, READS = 300, 60


def main(commit: str | None) -> int:
    if commit is None:
        print("upgrade: nothing was released yet; FROM=COMMIT says what to begin with")
        return 1
    ensure_postgres()
    with tempfile.TemporaryDirectory(prefix="mw-", ignore_cleanup_errors=True) as name:
        before = release_before(commit, _folder(Path(name), "before"))
        for order in ORDERS:
            with ExitStack() as ends:
                roll(_folder(Path(name), order[0]), before, this_release(), order, ends)
    print("upgrade: each release understood the other, and nothing was lost")
    return 0


def _folder(place: Path, name: str) -> Path:
    place.chmod(0o755)
    (place / name).mkdir()
    return place / name


def roll(
    folder: Path, before: Release, this: Release, order: Sequence[str], ends: ExitStack
) -> None:
    site = Site(folder, ends)
    before.modwatch("db", "upgrade")
    site.start(before)
    users = Users.of(site, before)
    users.go_through("the release before alone", lambda: None)
    users.go_through("migrated", this.migrate)
    for name in order:
        users.go_through(f"{name} beside that of before", partial(site.add, name, this))
        users.go_through(f"{name} in its place", partial(site.take_away, name))
    users.stop()
    with closing(Database(site.database_url)) as database:
        users.check(database)


@dataclass(frozen=True, slots=True)
class Users:
    """Who goes on whatever happens."""

    site: Site
    bots: list[Bot]
    pages: Dashboard

    @staticmethod
    def of(site: Site, release: Release) -> Users:
        guilds = [word for id in GUILDS for word in ("--guild", str(id))]
        own = release.modwatch("tokens", "create", "--kind", "api", "--role", "owner", *guilds)
        bot = release.modwatch("tokens", "create", "--kind", "bot")
        bots = [Bot(site.client(bot), GUILDS) for _ in range(2)]
        found = Users(site, bots, Dashboard(site.client(own), GUILDS))
        for one in (*bots, found.pages):
            one.start()
        return found

    def go_through(self, name: str, act: Callable[[], None]) -> None:
        began = time.monotonic()
        act()
        events, reads = self._events(), self._reads()

        def are_through() -> bool:
            self._assert_well(name)
            return self._events() > events + EVENTS and self._reads() > reads + READS

        until(are_through, PATIENCE_SECONDS, f"events and reads: {name}")
        print(f"{name}: {time.monotonic() - began:.0f} s", flush=True)

    def stop(self) -> None:
        for one in (*self.bots, self.pages):
            one.stop()

    def check(self, database: Database) -> None:
        until(lambda: is_clean(database), PATIENCE_SECONDS, "fresh snapshots")
        until(lambda: is_published(database), PATIENCE_SECONDS, "all events published")
        check_counts(database, self.bots)
        self._assert_well("at the end")
        print(f"{self._events()} events and {self._reads()} reads", flush=True)

    def _assert_well(self, when: str) -> None:
        assert self.site.ended() == [], when
        errors = {one for bot in self.bots for one in bot.seen if isinstance(one, int)} - {202}
        assert errors == set(), f"{when}: events were answered with {errors}"
        # A connection that is kept may be closed just when it is used, by who ends.
        failed = [one for one in self.pages.failures if isinstance(one[1], int)]
        assert failed == [], f"{when}: {failed[:5]}"

    def _events(self) -> int:
        return sum(bot.accepted for bot in self.bots)

    def _reads(self) -> int:
        return sum(self.pages.seen.values())


if __name__ == "__main__":
    die_with_parent()
    sys.exit(main(os.environ.get("FROM") or last_released()))
