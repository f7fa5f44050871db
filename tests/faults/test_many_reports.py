"""Two beats and four workers at once, each killed at some statement, and a mail server that cuts.

Nobody gets a report twice, what is noted as sent has arrived, and what is in doubt is shown so.
MODWATCH_TEST_KILLS asks for more days (`make faults`).
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from random import Random
from uuid import UUID

import pytest

from domain.report_states import OVER
from domain.windows import MINUTE_MS
from models.deliveries.store import DeliveryRow
from services.reports.shown import runs_shown
from tests.faults.processes import ForkServer, Nursery
from tests.servers.mail import CUT, KEPT_THEN_CUT, Letter, Post, mail_server
from tests.services.alerts.town import Town, open_town
from tests.services.reports.press import DAY_MS, Press

pytestmark = pytest.mark.faults
DAYS = int(os.environ.get("MODWATCH_TEST_KILLS", "1"))
ADDRESSES = [f"{name}@example.org" for name in ("ada", "grace", "joan")]
WAVE_MS = 2 * MINUTE_MS
BEATS, WORKERS = 2, 4
# Statements in which most come to their end: of a beat, of who makes a report, of who sends it.
LOOKING, MAKING, SENDING = 12, 140, 50
FAULTS = (
    *(("EHLO", CUT), ("MAIL", CUT), ("MAIL", "451 later"), ("RCPT", CUT), ("DATA", CUT)),
    *(("END", CUT), ("END", KEPT_THEN_CUT), ("END", "451 later"), ("QUIT", CUT)),
)


@pytest.fixture
def post() -> Iterator[Post]:
    with mail_server() as server:
        yield server


@pytest.fixture
def town(postgres_url: str, tmp_path: Path, post: Post) -> Iterator[Town]:
    with ExitStack() as stack:
        smtp = f"smtp://127.0.0.1:{post.port}"
        made = open_town(stack, postgres_url, tmp_path, SMTP_URL=smtp, LONG_PROCESSES="0")
        made.add_channel("email", settings={"addresses": ADDRESSES})
        yield made


@pytest.fixture
def newsroom(town: Town, fork_server: ForkServer) -> Iterator[Nursery]:
    made = Nursery(fork_server, "newsroom", town.parts.settings.given)
    yield made
    made.end()


def test_each_report_comes_once(town: Town, post: Post, newsroom: Nursery) -> None:
    press, random = Press(town), Random(11)
    schedule = press.add(town.channels["email"])
    press.at("2026-03-19T08:00:00Z")
    for day in range(DAYS):
        due_ms = town.clock()
        for step, answer in random.sample(FAULTS, 2):
            post.fail(step, answer)
        newsroom.finish(town.clock(), at_once(random, MAKING))
        town.clock.advance(WAVE_MS)
        press.look()
        press.make()
        newsroom.finish(town.clock(), at_once(random, SENDING))
        town.clock.advance(WAVE_MS)
        finish(press, schedule)
        assert len(press.runs(schedule)) == day + 1
        town.clock.now_ms = due_ms + DAY_MS
    check_letters(reports(town), post)
    check_record(town, schedule)


def at_once(random: Random, statements: int) -> str:
    beats = [f"beat:{random.randint(1, LOOKING)}" for _ in range(BEATS)]
    workers = [f"worker:{random.randint(1, statements)}" for _ in range(WORKERS)]
    return " ".join([*beats, *workers])


def finish(press: Press, schedule: UUID) -> None:
    """Until the run is over, which it is as soon as each of its mails has been tried again."""
    for _ in range(10):
        press.turn()
        if {run.state for run in press.runs(schedule)} <= OVER:
            return
        press.town.clock.advance(WAVE_MS)
    raise AssertionError(press.states(schedule))


def reports(town: Town) -> list[DeliveryRow]:
    """Not what is told of one that failed."""
    return [row for row in town.deliveries("email") if row.kind == "report"]


def check_letters(rows: list[DeliveryRow], post: Post) -> None:
    assert len(rows) == DAYS * len(ADDRESSES)
    letters = {_id_of(letter): letter for letter in post.letters}
    ours = [letters[str(row.id)] for row in rows if str(row.id) in letters]
    subjects = {letter.message["Subject"] for letter in ours}
    came = Counter((letter.recipients[0], letter.message["Subject"]) for letter in post.letters)
    assert {times for (_, subject), times in came.items() if subject in subjects} == {1}
    for row in rows:
        assert row.state in ("sent", "unknown")
        assert row.state == "unknown" or str(row.id) in letters, "it never came"


def _id_of(letter: Letter) -> str:
    return str(letter.message["Message-ID"])[1:].partition("@")[0]


def check_record(town: Town, schedule: UUID) -> None:
    """Every doubt is shown: at its address, and in how the run ended."""
    shown = runs_shown(town.parts, town.who, schedule, DAYS, None).runs
    states = Counter(one.status for run in shown for one in run.deliveries)
    assert states == Counter(row.state for row in reports(town))
    for run in shown:
        ends = {one.status for one in run.deliveries}
        wanted = "sent" if ends == {"sent"} else "partly" if "sent" in ends else "failed"
        assert run.status == wanted
