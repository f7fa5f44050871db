"""The demo feed's tokens: one for each feed that runs, whatever the number of starts."""

from __future__ import annotations

from pathlib import Path

from domain.windows import DAY_MS, HOUR_MS
from services.accounts.tokens import create_token, list_tokens
from services.container import build_parts
from services.demo.feeding import feed_token
from tests.parts import GUILD, Clock, settings_for


def test_starting_often_piles_up_no_tokens(sqlite_url: str, tmp_path: Path) -> None:
    clock = Clock()
    parts = build_parts(settings_for(sqlite_url, tmp_path), clock)
    # One of the same name, made by hand: it stays.
    create_token(
        parts.database,
        kind="bot",
        name="demo feed",
        guild_ids=[GUILD],
        role=None,
        expires_ms=None,
        created_by=41,
        now_ms=clock(),
    )
    running = feed_token(parts, [GUILD])
    for _ in range(4):
        clock.advance(HOUR_MS)
        parts.access.forget()
        assert parts.access.of_token(running) is not None
        feed_token(parts, [GUILD])
        assert len(list_tokens(parts.database)) == 3
    clock.advance(DAY_MS)
    assert parts.access.of_token(feed_token(parts, [GUILD])) is not None
    assert len(list_tokens(parts.database)) == 2
    parts.close()
