"""What a bot's author reads about fields, and hears about wordings that are not understood."""

from __future__ import annotations

from typing import Any

import pytest

from domain.actions import is_unread
from schemas.events.descriptions import BY_EVENT, OF_ALL
from schemas.events.fields import SCHEMAS, RateLimitSchema
from tests.parts import Web, violation


def test_every_field_of_every_event_is_described_and_no_other() -> None:
    for kind, schema in SCHEMAS.items():
        assert schema.fields.keys() == OF_ALL.keys() | BY_EVENT[kind].keys()
        assert all(field.metadata["description"] for field in schema.fields.values())
    assert RateLimitSchema().fields.keys() == BY_EVENT["rate_limit"].keys()


@pytest.mark.parametrize(
    ("words", "unread"),
    [
        ("Muzzled", True),
        ("Timed out for 1 h", True),
        ("Unbanned", False),
        ("1-hour timeout", False),
        ("", False),
        ("None", False),
    ],
)
def test_which_wordings_are_not_understood(words: str, unread: bool) -> None:
    assert is_unread(words) is unread


def test_each_wording_is_warned_of_once_a_token(web_on_sqlite: Web) -> None:
    def sent(bot: Any, *words: str) -> list[str]:
        events = [violation(action_taken=each) for each in words]
        answer = bot.post("/api/v1/ingest", json={"events": events})
        assert (answer.status_code, answer.json["accepted"]) == (202, len(words))
        warnings = answer.json.get("warnings", [])
        assert all(one["field"] == "action_taken" for one in warnings)
        return [one["value"] for one in warnings]

    bot = web_on_sqlite.bot()
    assert sent(bot, "Muzzled", "Warned", "Muzzled", "Shushed") == ["Muzzled", "Shushed"]
    assert sent(bot, "Muzzled", "Banned") == []
    assert sent(web_on_sqlite.bot(), "Muzzled") == ["Muzzled"]
    many = [f"Deed {number}" for number in range(25)]
    heard = [word for _ in range(3) for word in sent(bot, *many)]
    assert heard == many
