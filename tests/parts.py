"""What tests of the whole application share: its parts on a test's servers, tokens, events."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from adapters.database import Database
from adapters.settings import Settings, load_settings
from api.app import create_app
from api.background import Background
from domain.clock import parse_rfc3339, rfc3339
from services.accounts.tokens import create_token
from services.container import Parts, build_parts

# Well inside a minute, an hour and a day: advancing by seconds moves no window.
NOW_MS = parse_rfc3339("2026-03-18T10:20:05.250Z")
GUILD, OTHER_GUILD = 700, 800
JsonObject = dict[str, Any]


class Clock:
    """Time that passes only when a test says so."""

    def __init__(self, now_ms: int = NOW_MS) -> None:
        self.now_ms = now_ms

    def __call__(self) -> int:
        return self.now_ms

    def advance(self, milliseconds: int) -> None:
        self.now_ms += milliseconds


@dataclass(frozen=True)
class Web:
    """A web process, as far as one test needs one."""

    app: Flask
    parts: Parts
    clock: Clock

    def client(self, token: str | None = None) -> FlaskClient:
        """A client that sends `token` with every request, if given."""
        client = self.app.test_client()
        if token is not None:
            client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        return client

    def reader(self, *guild_ids: int, role: str = "viewer") -> FlaskClient:
        """A client with an API token for these guilds (default: GUILD)."""
        return self.client(self.api_token(*guild_ids, role=role))

    def bot(self, *guild_ids: int) -> FlaskClient:
        """A client with a bot token for these guilds (default: every one)."""
        return self.client(self.bot_token(*guild_ids))

    def api_token(
        self, *guild_ids: int, role: str = "viewer", expires_ms: int | None = None
    ) -> str:
        return self._token("api", guild_ids or (GUILD,), role, expires_ms)

    def bot_token(self, *guild_ids: int, expires_ms: int | None = None) -> str:
        return self._token("bot", guild_ids, None, expires_ms)

    def materialise(self) -> int:
        """What a worker does, word of which has come by Redis; how many guilds it did."""
        done = self.parts.materialise()
        self.parts.snapshots.forget_all()
        return done

    def _token(
        self, kind: str, guild_ids: Sequence[int], role: str | None, expires_ms: int | None
    ) -> str:
        return make_token(
            self.parts.database, kind, guild_ids, role, self.clock(), expires_ms=expires_ms
        )


def make_token(
    database: Database,
    kind: str,
    guild_ids: Sequence[int],
    role: str | None,
    now_ms: int,
    *,
    expires_ms: int | None = None,
) -> str:
    """A new token of kind `bot` or `api`, as an operator makes one."""
    return create_token(
        database,
        kind=kind,
        name="test",
        guild_ids=guild_ids,
        role=role,
        expires_ms=expires_ms,
        created_by=None,
        now_ms=now_ms,
    )


def settings_for(
    database_url: str, data_dir: Path, redis_url: str = "none", **more: str
) -> Settings:
    """Settings of a process on these servers; `more` as in `METRICS_TOKEN="x"`."""
    given = {"DATABASE_URL": database_url, "DATA_DIR": str(data_dir), "REDIS_URL": redis_url}
    quiet = {"LOG_LEVEL": "error", "RATE_LIMITS": "0", "GUILDS": "open"}
    return load_settings(
        {f"MODWATCH_{name}": text for name, text in (quiet | given | more).items()}
    )


class Still(Background):
    """Of a process that answers, and does nothing beside that a test does not ask for."""

    def _loops(self) -> list[Callable[[], None]]:
        return []


def make_web(
    settings: Settings,
    clock: Clock | None = None,
    timer: Callable[[], float] = time.monotonic,
    *,
    loops: bool = False,
) -> Web:
    """The application on `settings`; whoever calls this closes its parts.

    loops: with what a web process does beside answering (api/background.py), in threads; else
    nothing changes while a test looks.
    """
    clock = clock or Clock()
    parts = build_parts(settings, clock, timer)
    return Web((create_app if loops else still_app)(settings, parts), parts, clock)


def still_app(settings: Settings, parts: Parts) -> Flask:
    """The application without loops."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("api.app.Background", Still)
        return create_app(settings, parts)


def violation(guild_id: int = GUILD, timestamp_ms: int = NOW_MS, **fields: Any) -> JsonObject:
    """A violation as a bot sends it."""
    usual = {
        "user_id": "41",
        "reason": "spam",
        "severity": "low",
        "detection_type": "regex",
        "action_taken": "Warning issued",
    }
    return _event("violation", guild_id, timestamp_ms) | usual | fields


def messages(
    guild_id: int = GUILD, timestamp_ms: int = NOW_MS, count: int = 1, **fields: Any
) -> JsonObject:
    return _event("messages", guild_id, timestamp_ms) | {"count": count} | fields


def event(
    kind: str, guild_id: int = GUILD, timestamp_ms: int = NOW_MS, **fields: Any
) -> JsonObject:
    """An event of any other type."""
    return _event(kind, guild_id, timestamp_ms) | fields


def ingest(client: FlaskClient, *events: JsonObject, path: str = "/api/v1/ingest") -> TestResponse:
    return client.post(path, json={"events": events})


def ndjson(events: Sequence[Mapping[str, Any]]) -> bytes:
    return b"".join(orjson.dumps(one) + b"\n" for one in events)


def examples(number: int) -> int:
    """How many random examples a property is tried with: `make histories` asks for more."""
    return number * int(os.environ.get("MODWATCH_TEST_EXAMPLES", "1"))


def until(holds: Callable[[], bool], seconds: float, what: str) -> None:
    """Look again and again until `holds()`; fails after `seconds`, saying what did not happen."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
        time.sleep(0.02)


def _event(kind: str, guild_id: int, timestamp_ms: int) -> JsonObject:
    return {
        "type": kind,
        "id": str(uuid4()),
        "guild_id": str(guild_id),
        "timestamp": rfc3339(timestamp_ms),
    }
