"""A bot with the cog, connected for one test, and what arrived of what it saw."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from modwatch_client import AsyncClient
from modwatch_cog import CogSettings
from tests.clients.conftest import QUICK
from tests.clients.gateway import (
    Gateway,
    connected,
)
from tests.clients.modwatch import Modwatch

AUTOMOD = "AUTO_MODERATION_ACTION_EXECUTION"
AUDIT = "GUILD_AUDIT_LOG_ENTRY_CREATE"
Connect = Callable[..., AbstractAsyncContextManager[Gateway]]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def connect(modwatch: Modwatch, guild_id: int, tmp_path: Path) -> Connect:
    @asynccontextmanager
    async def connect(
        settings: CogSettings | None = None, spool: str = "spool.db", **more: Any
    ) -> AsyncIterator[Gateway]:
        client = AsyncClient(
            modwatch.url, modwatch.token(), spool=tmp_path / spool, retry=QUICK, linger_seconds=0.01
        )
        async with client, connected(client, guild_id, settings, **more) as gateway:
            yield gateway

    return connect


async def stored(
    gateway: Gateway, modwatch: Modwatch, columns: str, at_least: int = 0
) -> list[Any]:
    """Columns of the guild's violations, once everything has arrived, and so many of them.

    Of some entries the library hears who it was about in a task of its own.
    """
    deadline = time.monotonic() + 60
    while True:
        assert (await gateway.cog.client.flush()).done
        rows = modwatch.rows(columns, "violations", gateway.guild_id)
        if len(rows) >= at_least or time.monotonic() > deadline:
            break
        await asyncio.sleep(0.02)
    assert gateway.cog.failures == {}
    assert await gateway.cog.client.dead_letters() == []
    return rows
