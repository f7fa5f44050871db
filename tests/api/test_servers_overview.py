"""All servers of a reader at once: what waits in each, and which needs somebody first."""

from __future__ import annotations

from threading import get_ident
from typing import Any
from uuid import uuid4

from sqlalchemy import event as engine_event

from domain.windows import MINUTE_MS
from tests.parts import GUILD, NOW_MS, OTHER_GUILD, Web, event, ingest, messages, violation

ADDRESS = "/api/v1/servers/overview"
THIRD, FOREIGN = 4244, 4245
WAITING = ("health_score", "incidents_going_on", "alerts_open", "appeals_waiting", "unread_count")


def _raid(guild_id: int) -> list[dict[str, Any]]:
    return [
        violation(guild_id, NOW_MS - MINUTE_MS + at * 500, user_id=str(1000 + at % 24))
        for at in range(60)
    ]


def _appeal(guild_id: int) -> list[dict[str, Any]]:
    hit = violation(guild_id)
    told = {"appeal_id": str(uuid4()), "violation_id": hit["id"], "status": "pending"}
    return [hit, event("appeal", guild_id, **told)]


def _lines(answer: Any) -> dict[int, list[int | None]]:
    return {int(one["id"]): [one[name] for name in WAITING] for one in answer.json["servers"]}


def test_what_needs_somebody_comes_first(web: Web) -> None:
    ingest(web.bot(), messages(GUILD, count=500), *_appeal(OTHER_GUILD), *_raid(THIRD))
    ingest(web.bot(), *_raid(FOREIGN))
    web.materialise()
    reader = web.reader(GUILD, OTHER_GUILD, THIRD)
    answer = reader.get(ADDRESS)
    lines = _lines(answer)
    assert list(lines) == [THIRD, OTHER_GUILD, GUILD]
    assert lines[GUILD] == [100, 0, 0, 0, 0]
    assert lines[OTHER_GUILD] == [None, 0, 0, 1, 0]
    assert lines[THIRD][1:4] == [1, 1, 0]
    health: Any = reader.get(f"/api/v1/servers/{GUILD}/health").json
    assert lines[GUILD][0] == health["health_score"]
    again = reader.get(ADDRESS, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    web.clock.now_ms += 10 * MINUTE_MS
    later = reader.get(ADDRESS, headers={"If-None-Match": answer.headers["ETag"]})
    assert _lines(later)[THIRD][1] == 0


def test_it_asks_as_often_for_one_server_as_for_many(web: Web) -> None:
    guilds = list(range(5000, 5230))
    ingest(web.bot(), *(messages(guild_id) for guild_id in guilds))
    one, many = web.reader(GUILD), web.reader(*guilds)
    statements: list[str] = []
    thread = get_ident()

    def note(*args: Any) -> None:
        if get_ident() == thread:  # what publishes beside asks as well
            statements.append(args[2])

    numbers = []
    for reader in (one, many):
        reader.get("/api/v1/auth/me")  # from here on it is known who that is
        statements.clear()
        engine_event.listen(web.parts.database.engine, "before_cursor_execute", note)
        answer: Any = reader.get(ADDRESS).json
        engine_event.remove(web.parts.database.engine, "before_cursor_execute", note)
        numbers.append(len([each for each in statements if each.startswith("SELECT")]))
    assert numbers[0] == numbers[1] > 0
    assert (len(answer["servers"]), answer["total"]) == (200, 230)


def test_nobody_without_a_server_is_told_of_any(web_on_sqlite: Web) -> None:
    ingest(web_on_sqlite.bot(), *_raid(FOREIGN))
    answer: Any = web_on_sqlite.reader(GUILD).get(ADDRESS).json
    assert _lines_of(answer) == [GUILD]
    assert web_on_sqlite.client().get(ADDRESS).status_code == 401


def _lines_of(answer: Any) -> list[int]:
    return [int(one["id"]) for one in answer["servers"]]
