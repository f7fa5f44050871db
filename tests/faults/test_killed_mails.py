"""`kill -9` of a process that hands a report to a mail server: before its text, and after it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from domain.delivery_life import LEASE_MS
from services.deliveries.engine import deliver
from tests.faults.processes import ForkServer, Nursery
from tests.parts import until
from tests.servers.mail import SILENCE, Post, mail_server
from tests.services.alerts.town import Town, open_town
from tests.services.reports.press import Press

pytestmark = pytest.mark.faults
ADA, GRACE = "ada@example.org", "grace@example.org"
PATIENCE_SECONDS = 60.0


@pytest.fixture
def post() -> Iterator[Post]:
    with mail_server() as server:
        yield server


@pytest.fixture
def town(database_url: str, tmp_path: Path, post: Post) -> Iterator[Town]:
    with ExitStack() as stack:
        smtp = f"smtp://127.0.0.1:{post.port}"
        made = open_town(stack, database_url, tmp_path, SMTP_URL=smtp)
        made.add_channel("email", settings={"addresses": [ADA, GRACE]})
        yield made


@pytest.fixture
def nursery(town: Town, fork_server: ForkServer) -> Iterator[Nursery]:
    made = Nursery(fork_server, "nursery", town.parts.settings.given)
    yield made
    made.end()


def killed_at(step: str, nursery: Nursery, town: Town, post: Post) -> None:
    """The server falls silent at that step, and the process is killed while it waits."""
    post.fail(step, SILENCE)
    pid = nursery.start(town.clock(), "-")
    until(lambda: step in post.commands, PATIENCE_SECONDS, f"a mail came to {step}")
    nursery.kill(pid)


@pytest.mark.parametrize(("step", "state"), [("RCPT", "sent"), ("END", "unknown")])
def test_until_the_text_it_is_sent_again_and_from_there_on_nobody_knows(
    town: Town, post: Post, nursery: Nursery, step: str, state: str
) -> None:
    press = Press(town)
    press.add(town.channels["email"])
    press.at("2026-03-19T08:00:00Z")
    press.look()
    press.make()
    killed_at(step, nursery, town, post)
    town.clock.advance(2 * LEASE_MS)
    deliver(town.parts)
    rows = [row for row in town.deliveries("email") if row.kind == "report"]
    assert sorted(row.state for row in rows) == sorted([state, "sent"])
    addresses = [letter.recipients[0] for letter in post.letters]
    assert sorted(addresses) == sorted(row.target for row in rows if row.state == "sent")
