"""One real server on SQLite for all these tests, each with guilds of its own."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from modwatch_client import AsyncClient, Client, RetryPolicy
from modwatch_cog import CogSettings, Readings, readings, reports
from tests.clients.gateway import Gateway, connected
from tests.clients.modwatch import Modwatch, running
from tests.clients.stand_in import StandIn
from tests.servers.scratch import scratch_folder

QUICK = RetryPolicy(
    base_seconds=0.02, cap_seconds=0.1, refused_base_seconds=0.02, refused_cap_seconds=0.1
)
# With settings of the cog, by name.
Connect = Callable[..., AbstractAsyncContextManager[Gateway]]
_guilds = itertools.count(7_000_001)


@pytest.fixture(scope="session")
def modwatch(migrated_sqlite_file: Path) -> Iterator[Modwatch]:
    with scratch_folder("clients") as folder:
        url = f"sqlite:///{shutil.copy(migrated_sqlite_file, folder / 'modwatch.db')}"
        with running(folder, url) as started:
            yield started


@pytest.fixture
def guild_id() -> int:
    """A guild nobody else has written to."""
    return next(_guilds)


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    with StandIn() as server:
        yield server


@pytest.fixture
def make_client(tmp_path: Path) -> Iterator[Callable[..., Client]]:
    """Clients on a spool in this test's folder that waste no time."""
    made: list[Client] = []

    def make(url: str, token: str = "mwb_test", **options: Any) -> Client:
        usual: dict[str, Any] = {
            "spool": tmp_path / "spool.db",
            "linger_seconds": 0.01,
            "retry": QUICK,
        }
        made.append(Client(url, token, **(usual | options)))
        return made[-1]

    yield make
    for client in made:
        client.close(0)


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cog soon answers that Modwatch is away, which a busy machine is not."""
    for module in (readings, reports):
        monkeypatch.setattr(module, "PATIENCE_SECONDS", 60.0)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def connect(modwatch: Modwatch, guild_id: int, tmp_path: Path) -> Connect:
    """A bot with the cog, which asks for decisions when a test says so."""

    @asynccontextmanager
    async def connect(readings: Readings | None = None, **settings: Any) -> AsyncIterator[Gateway]:
        token = modwatch.token(guild_id)
        client = AsyncClient(modwatch.url, token, spool=tmp_path / "spool.db", retry=QUICK)
        chosen = CogSettings(decision_seconds=0, **settings)
        async with client, connected(client, guild_id, chosen, readings=readings) as gateway:
            yield gateway

    return connect
