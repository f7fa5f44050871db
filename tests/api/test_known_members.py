"""A member's page tells somebody without warnings from somebody never heard of."""

from __future__ import annotations

from typing import Any

from tests.parts import GUILD, Web, event, ingest, violation


def _is_known(web: Web, user_id: str) -> bool:
    answer: Any = web.reader().get(f"/api/v1/servers/{GUILD}/warnings/{user_id}").json
    return bool(answer["is_known"])


def test_only_who_was_never_heard_of_is_unknown(web_on_sqlite: Web) -> None:
    bot = web_on_sqlite.bot()
    ingest(bot, violation(user_id="41"), event("warning", user_id="42", level=2))
    ingest(bot, event("user", user_id="43", username="ada"))
    cleared = web_on_sqlite.reader(role="moderator")
    assert cleared.delete(f"/api/v1/servers/{GUILD}/warnings/42").status_code == 200
    assert [_is_known(web_on_sqlite, id) for id in ("41", "42", "43")] == [True] * 3
    assert not _is_known(web_on_sqlite, "1")
