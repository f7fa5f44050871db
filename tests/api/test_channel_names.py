"""Channels are shown by the name that a bot of the server said last, and there alone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.parts import GUILD, NOW_MS, OTHER_GUILD, Web, ingest, violation

CHANNEL = "1300"


def name_of(web: Web, one: dict[str, Any]) -> Any:
    path = f"/api/v1/servers/{one['guild_id']}/violations/{one['id']}"
    shown: Any = web.reader(int(one["guild_id"])).get(path).json
    return shown["channel_name"]


def said(name: str | None, guild_id: int = GUILD, at_ms: int = NOW_MS) -> dict[str, Any]:
    return violation(guild_id, at_ms, channel_id=CHANNEL, channel_name=name)


def test_the_name_that_was_said_last_counts(web: Web) -> None:
    bot = web.bot()
    first, late = said("general"), said("old-name", at_ms=NOW_MS - 60_000)
    assert ingest(bot, first, late).status_code == 202
    assert [name_of(web, one) for one in (first, late)] == ["general", "general"]
    web.clock.advance(60_000)
    renamed = said("<b>plaza</b>", at_ms=NOW_MS + 60_000)
    ingest(bot, renamed, said(None, at_ms=NOW_MS + 60_000))
    assert name_of(web, first) == "<b>plaza</b>"


def test_a_name_counts_in_its_server_alone(web: Web) -> None:
    ours, theirs = said("general"), said("elsewhere", OTHER_GUILD)
    ingest(web.bot(GUILD), ours)
    ingest(web.bot(OTHER_GUILD), theirs)
    assert (name_of(web, ours), name_of(web, theirs)) == ("general", "elsewhere")


def test_one_of_the_future_does_not_outlast_its_correction(web: Web) -> None:
    ahead = said("wrong", at_ms=NOW_MS + 240_000)
    ingest(web.bot(), ahead)
    web.clock.advance(60_000)
    ingest(web.bot(), said("right", at_ms=NOW_MS + 60_000))
    assert name_of(web, ahead) == "right"


@pytest.mark.parametrize("name", ["", "x" * 101, 5])
def test_what_is_no_name_is_refused(web: Web, name: Any) -> None:
    answer: Any = ingest(web.bot(), said(name))
    assert answer.status_code == 422
    assert "channel_name" in answer.json["errors"] or "channel_name" in str(answer.json)


def test_without_a_name_there_is_the_id(web: Web) -> None:
    one = violation(channel_id=CHANNEL)
    ingest(web.bot(), one, violation(channel_name="of no channel"))
    assert name_of(web, one) is None


def test_incidents_name_their_channels(web: Web) -> None:
    hits = [
        violation(
            timestamp_ms=NOW_MS - 1_000 * place,
            user_id=str(100 + place % 12),
            rule="Raid",
            detection_type="raid",
            channel_id=CHANNEL if place % 3 else "1301",
            channel_name="general" if place % 3 else None,
        )
        for place in range(60)
    ]
    ingest(web.bot(), *hits)
    web.materialise()
    shown: Any = web.reader().get(f"/api/v1/servers/{GUILD}/incidents").json
    (incident,) = shown["incidents"]
    assert [(one["channel_id"], one["channel_name"]) for one in incident["channels"]] == [
        (CHANNEL, "general"),
        ("1301", None),
    ]
