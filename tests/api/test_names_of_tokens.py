"""What a bot may say of users is bounded by its token: a stranger's renames nobody elsewhere."""

from __future__ import annotations

from typing import Any

from domain.clock import AHEAD_MS
from tests.parts import GUILD, NOW_MS, OTHER_GUILD, Web, event, ingest, violation


def named(username: str, guild_id: int = GUILD, **fields: Any) -> Any:
    return event("user", guild_id, user_id="41", username=username, **fields)


def shown_in(web: Web, guild_id: int) -> set[str | None]:
    """What member 41 is called in the answers of a guild: lists, one by one, and as CSV."""
    web.materialise()
    web.parts.snapshots.forget_all()
    base, client = f"/api/v1/servers/{guild_id}", web.reader(guild_id, role="moderator")
    answers: list[Any] = [client.get(f"{base}/{path}").json for path in ("violations", "warnings")]
    names = {answers[0]["violations"][0]["username"], answers[1]["warnings"][0]["username"]}
    top: Any = client.get(f"{base}/top-offenders").json
    names.add(top["top_users"][0]["username"])
    csv = client.get(f"{base}/violations/export?format=csv").get_data(as_text=True)
    names.add(csv.splitlines()[1].split(",")[3].strip('"') or None)
    return names


def offences(guild_id: int) -> list[Any]:
    return [violation(guild_id, user_id="41"), event("warning", guild_id, user_id="41", level=2)]


def test_a_name_counts_for_the_guilds_of_its_token(web: Web) -> None:
    """Although its time is as far ahead as an event may be."""
    ingest(web.bot(), *offences(GUILD), *offences(OTHER_GUILD), named("ada"))
    stranger = web.bot(OTHER_GUILD)
    ahead_ms = NOW_MS + AHEAD_MS - 1_000
    sent = ingest(stranger, named("evil", OTHER_GUILD, timestamp_ms=ahead_ms))
    assert sent.status_code == 202
    web.clock.advance(1_000)
    assert shown_in(web, GUILD) == {"ada"}
    assert shown_in(web, OTHER_GUILD) == {"evil"}


def test_times_are_not_later_than_now(web: Web) -> None:
    """A name said to be of the future does not outlast the next one, nor does a guild's."""
    bot, ahead_ms = web.bot(), NOW_MS + AHEAD_MS - 1_000
    guild = event("guild", name="Wrong", timestamp_ms=ahead_ms)
    ingest(bot, *offences(GUILD), named("wrong", timestamp_ms=ahead_ms), guild)
    web.clock.advance(10_000)
    right = event("guild", name="Right", timestamp_ms=NOW_MS + 5_000)
    ingest(bot, named("right", timestamp_ms=NOW_MS + 5_000), right)
    assert shown_in(web, GUILD) == {"right"}
    servers: Any = web.reader().get("/api/v1/servers").json
    assert servers["servers"][0]["name"] == "Right"


def test_the_later_of_both_names_is_shown(web_on_sqlite: Web) -> None:
    web = web_on_sqlite
    ingest(web.bot(), *offences(GUILD))
    ingest(web.bot(GUILD), named("by its own bot"))
    assert shown_in(web, GUILD) == {"by its own bot"}
    web.clock.advance(60_000)
    ingest(web.bot(), named("for everybody", timestamp_ms=NOW_MS + 60_000))
    assert shown_in(web, GUILD) == {"for everybody"}


def test_a_member_is_found_by_the_name_that_is_shown(web_on_sqlite: Web) -> None:
    web = web_on_sqlite
    ingest(web.bot(), *offences(GUILD), *offences(OTHER_GUILD))
    ingest(web.bot(GUILD), named("Lovelace"))
    for guild_id, found in ((GUILD, 1), (OTHER_GUILD, 0)):
        path = f"/api/v1/servers/{guild_id}/warnings?search=lovelace"
        answer: Any = web.reader(guild_id).get(path).json
        assert (len(answer["warnings"]), answer["total"]) == (found, found)
