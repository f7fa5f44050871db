"""Reports on their way: what each target gets, what is tried again, how an address stops one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from domain.delivery_life import LEASE_MS
from models.deliveries.marks import mark_sending
from services.channels.stop_links import About, Stop, StopLinks
from services.deliveries.claiming import claim_due
from services.deliveries.engine import deliver
from services.deliveries.views import address_hash
from services.members.erasure import erase
from services.reports.shown import schedules_shown
from services.reports.stopping import is_stopped, set_stopped
from tests.discord.exchange import Answer
from tests.parts import GUILD
from tests.servers.mail import KEPT_THEN_CUT, Post, mail_server
from tests.servers.providers.provider import body_of
from tests.services.alerts.town import Town, app_of, open_town, raid
from tests.services.events import violation
from tests.services.reports.press import Press

ADA, GRACE = "ada@example.org", "grace@example.org"
FOREIGN = {"Origin": "https://mail.example.com", "Sec-Fetch-Site": "cross-site"}
HOME = "https://modwatch.example.org"


@pytest.fixture
def post() -> Iterator[Post]:
    with mail_server() as server:
        yield server


@pytest.fixture
def town(sqlite_url: str, tmp_path: Path, post: Post) -> Iterator[Town]:
    with ExitStack() as stack:
        yield made(stack, sqlite_url, tmp_path, post)


@pytest.fixture
def any_town(database_url: str, tmp_path: Path, post: Post) -> Iterator[Town]:
    with ExitStack() as stack:
        yield made(stack, database_url, tmp_path, post)


def made(stack: ExitStack, database_url: str, folder: Path, post: Post) -> Town:
    given = {
        "SMTP_URL": f"smtp://127.0.0.1:{post.port}",
        "PUBLIC_URL": HOME,
        "SECRET_KEY": "k" * 32,
    }
    town = open_town(stack, database_url, folder, **given)
    town.add_channel("email", settings={"addresses": [ADA, GRACE]})
    return town


def client_of(town: Town) -> FlaskClient:
    return app_of(town).test_client()


def morning(press: Press, day: int) -> None:
    press.at(f"2026-03-{day}T08:00:00Z")
    press.turns()


def recipients(post: Post) -> list[str]:
    return sorted(letter.recipients[0] for letter in post.letters)


def test_an_address_stops_one_report_and_nothing_else(any_town: Town, post: Post) -> None:
    town, client = any_town, client_of(any_town)
    press = Press(town)
    press.add(town.channels["email"])
    other = press.add(town.channels["email"], hour=7)
    morning(press, 19)
    assert recipients(post) == [ADA, ADA, GRACE, GRACE]
    stop = Stop(GUILD, other, address_hash(ADA))
    link = StopLinks(town.parts.settings).link(stop, About.REPORT)
    mine = [one for one in post.letters if one.message["List-Unsubscribe"] == f"<{link}>"]
    assert [one.recipients for one in mine] == [[ADA]]
    assert mine[0].message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = link.removeprefix(HOME)
    for _ in range(2):  # a mail program, and a scanner
        assert "Stop this report" in client.get(path).get_data(True)
    for _ in range(2):
        clicked = client.post(path, data={"List-Unsubscribe": "One-Click"}, headers=FOREIGN)
        assert clicked.status_code == 200
    post.letters.clear()
    morning(press, 20)
    assert recipients(post) == [ADA, GRACE, GRACE]
    assert press.states(other) == ["sent", "sent"]
    town.ingest(*raid(town.clock() - 30_000))
    town.sweep()
    assert recipients(post) == [ADA, ADA, GRACE, GRACE, GRACE]
    assert "sent again" in client.post(path, data={"do": "again"}).get_data(True)
    post.letters.clear()
    morning(press, 21)
    assert len([one for one in post.letters if f"<{link}>" in one.message.values()]) == 1
    with town.parts.database.read() as connection:
        actions = list(connection.scalars(text("SELECT action FROM audit_log ORDER BY action")))
    assert actions == ["schedules.subscribe_again", "schedules.unsubscribe"]


def test_what_waits_for_an_address_that_stops_it_is_not_sent(town: Town, post: Post) -> None:
    press = Press(town)
    schedule = press.add(town.channels["email"])
    post.fail("MAIL", "451 later", "451 later")
    press.at("2026-03-19T08:00:00Z")
    press.turn()
    assert {row.state for row in town.deliveries("email")} == {"retrying"}
    stop = Stop(GUILD, schedule, address_hash(ADA))
    set_stopped(town.parts, stop, wanted=True)
    press.turns()
    assert recipients(post) == [GRACE]
    assert press.states(schedule) == ["sent"]
    assert sorted(row.reason for row in town.deliveries("email")) == ["sent", "unsubscribed"]


@pytest.mark.parametrize("token", ["x", "A" * 96, "%00"])
def test_a_link_that_is_not_ours_changes_nothing(town: Town, token: str) -> None:
    client = client_of(town)
    stop = Stop(GUILD, Press(town).add(town.channels["email"]), address_hash(ADA))
    of_a_channel = StopLinks(town.parts.settings).link(stop).rpartition("/")[2]
    for wrong in (token, of_a_channel):
        for ask in (client.get, client.post):
            assert ask(f"{About.REPORT}/{wrong}").status_code == 404
    assert not is_stopped(town.parts, stop)


def test_a_schedule_that_is_gone_sends_nothing(town: Town) -> None:
    client = client_of(town)
    stop = Stop(GUILD, uuid4(), address_hash(ADA))
    link = StopLinks(town.parts.settings).link(stop, About.REPORT)
    assert "no more reports" in client.get(link.removeprefix(HOME)).get_data(True)
    assert client.post(link.removeprefix(HOME), headers=FOREIGN).status_code == 200


def test_a_mail_in_doubt_waits_for_a_person(town: Town, post: Post) -> None:
    press = Press(town)
    schedule = press.add(town.channels["email"])
    post.fail("MAIL", "451 later")
    post.fail("END", KEPT_THEN_CUT)
    morning(press, 19)
    reports = [row for row in town.deliveries("email") if row.kind == "report"]
    assert sorted(row.state for row in reports) == ["sent", "unknown"]
    assert press.states(schedule) == ["partly"]
    mails = [one for one in post.letters if "18 March" in one.message["Subject"]]
    assert sorted(one.recipients[0] for one in mails) == [ADA, GRACE]


def test_an_erasure_says_how_many_addresses_have_reports(town: Town, post: Post) -> None:
    press = Press(town)
    press.add(town.channels["email"])
    town.ingest(violation(GUILD, town.clock(), user_id=41))
    assert erase(town.parts, town.who, 41).mailed_to == 0
    for day in (19, 20):
        morning(press, day)
    assert schedules_shown(town.parts, town.who).mailed_to == 2  # for who asks before
    assert erase(town.parts, town.who, 42).mailed_to == 2


def killed(town: Town, *, while_sending: bool) -> None:
    """A process claims the mails, goes as far as it says, and is never heard of again."""
    parts, claim = town.parts, uuid4()
    jobs = claim_due(parts, claim, 10)
    assert jobs
    for job in jobs if while_sending else ():
        with parts.database.write() as connection:
            now_ms = parts.clock()
            assert mark_sending(connection, job.row, claim, now_ms, now_ms + LEASE_MS)
    town.clock.advance(LEASE_MS + 1)


@pytest.mark.parametrize(("while_sending", "state"), [(False, "sent"), (True, "unknown")])
def test_who_sends_a_mail_may_be_killed(
    town: Town, post: Post, while_sending: bool, state: str
) -> None:
    press = Press(town)
    press.add(town.channels["email"])
    press.at("2026-03-19T08:00:00Z")
    press.look()
    press.make()
    killed(town, while_sending=while_sending)  # of the one lane one mail was claimed
    deliver(town.parts)
    states = sorted(row.state for row in town.deliveries("email") if row.kind == "report")
    assert states == sorted([state, "sent"])
    assert len(post.letters) == states.count("sent")


def test_every_kind_of_target_gets_the_same_report(town: Town, post: Post) -> None:
    press = Press(town)
    channels = [town.channels["email"], town.add_channel("slack"), town.add_channel("webhook")]
    schedule = press.add(*channels)
    at_ms = town.clock()
    town.ingest(*(violation(GUILD, at_ms + n, user_id=n, rule="Spam") for n in range(1, 4)))
    town.slack.plan(Answer(429, b"", {"Retry-After": "30"}))
    # Unjudged, since a signature of the town's time is too old for the receiver's own.
    town.hook.plan(Answer(500), Answer(200))
    press.at("2026-03-19T08:00:00Z")
    press.turn()
    assert press.states(schedule) == ["built"]
    # What comes in later is in the next report.
    town.ingest(violation(GUILD, at_ms + 9, user_id=9, rule="Late"))
    press.turns()
    assert press.states(schedule) == ["sent"], town.states()
    (said,), first, second = town.slack.accepted, *town.hook.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    told = body_of(second)
    assert told["data"]["report"]["figures"]["violations"] == 3
    assert "Spam 3" in str(said)
    assert "Late" not in str(said) + str(told)
    for letter in post.letters:
        text_part = letter.message.get_body(("plain",))
        assert text_part is not None
        assert "Violations: 3 (" in text_part.get_content()
        assert "Late" not in text_part.get_content()
