"""What a person decides holds against what the bot said before, whoever's clock is wrong."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from domain.member_state import WarningState
from domain.windows import DAY_MS
from models.members.standing import warnings
from tests.parts import GUILD, NOW_MS, Web, event, ingest, violation

WARNING = f"/api/v1/servers/{GUILD}/warnings/41"
APPEAL = f"/api/v1/servers/{GUILD}/appeals/a1/decision"
SECOND = 1_000


def warned(seconds: int, level: int) -> Any:
    return event("warning", timestamp_ms=NOW_MS + seconds * SECOND, user_id="41", level=level)


def level(client: FlaskClient) -> int:
    return int((client.get(WARNING).json or {})["level"])


def test_a_cleared_warning_stays_cleared(web: Web) -> None:
    """The bot's clock is two minutes ahead, and something older comes late."""
    bot, moderator = web.bot(), web.reader(role="moderator")
    ingest(bot, warned(120, 2), event("heartbeat", timestamp_ms=NOW_MS + 125 * SECOND))
    web.clock.advance(10 * SECOND)
    assert moderator.delete(WARNING).status_code == 200
    ingest(bot, warned(60, 1), warned(119, 4), warned(123, 3))
    assert level(moderator) == 0
    ingest(bot, warned(131, 1))
    assert level(moderator) == 1


def test_so_it_does_when_many_are_cleared(web_on_sqlite: Web) -> None:
    web = web_on_sqlite
    bot, moderator = web.bot(), web.reader(role="moderator")
    ingest(bot, warned(120, 2))
    body = {"before_date": "2030-01-01"}
    cleared = moderator.post(f"/api/v1/servers/{GUILD}/warnings/bulk-clear", json=body)
    assert cleared.json == {"cleared": 1}
    ingest(bot, warned(60, 1))
    assert level(moderator) == 0
    ingest(bot, warned(121, 3))
    assert level(moderator) == 3


def test_a_decided_appeal_stays_decided(web_on_sqlite: Web) -> None:
    web = web_on_sqlite
    bot, moderator = web.bot(), web.reader(role="moderator")
    breach = violation()

    def pending(seconds: int) -> Any:
        at_ms = NOW_MS + seconds * SECOND
        told = {"appeal_id": "a1", "violation_id": breach["id"], "status": "pending"}
        return event("appeal", timestamp_ms=at_ms, **told)

    ingest(bot, breach, pending(60), event("heartbeat", timestamp_ms=NOW_MS + 120 * SECOND))
    assert moderator.post(APPEAL, json={"status": "denied"}).status_code == 200
    ingest(bot, pending(100))
    listed: Any = moderator.get(f"/api/v1/servers/{GUILD}/appeals").json
    assert [one["status"] for one in listed["appeals"]] == ["denied"]


def test_a_clock_of_ours_that_was_a_day_ahead(web_on_sqlite: Web) -> None:
    """What came then does not keep the bot from being heard today."""
    web = web_on_sqlite
    bot, moderator = web.bot(), web.reader(role="moderator")
    web.clock.advance(DAY_MS)
    ingest(bot, warned(24 * 3600, 2))
    web.clock.advance(-DAY_MS)
    assert moderator.delete(WARNING).status_code == 200
    assert level(moderator) == 0
    web.clock.advance(600 * SECOND)
    ingest(bot, warned(600, 3))
    assert level(moderator) == 3


@pytest.mark.parametrize(("told_days_ago", "counted_days_ago"), [(2, 20), (20, 2), (2, None)])
def test_the_last_violation_is_one_fact(
    web: Web, told_days_ago: int, counted_days_ago: int | None
) -> None:
    """That of the list is the one by which many are cleared, wherever it is known from."""
    bot, moderator = web.bot(), web.reader(role="moderator")
    if counted_days_ago is not None:
        ingest(bot, violation(user_id="41", timestamp_ms=NOW_MS - counted_days_ago * DAY_MS))
    told_ms = NOW_MS - told_days_ago * DAY_MS
    old = warned(-30 * 3600, 2)
    ingest(bot, old)
    with web.parts.database.write() as connection:
        state = WarningState(
            guild_id=GUILD,
            user_id=41,
            level=2,
            kicked_before=False,
            last_violation_ms=told_ms,
            timestamp_ms=NOW_MS - 30 * DAY_MS,
            event_id=uuid4(),
        )
        warnings.merge(connection, [state])
    bulk = f"/api/v1/servers/{GUILD}/warnings/bulk-clear"
    for date, cleared in (("2026-03-08", 0), ("2026-03-17", 1)):
        assert moderator.post(bulk, json={"before_date": date}).json == {"cleared": cleared}
