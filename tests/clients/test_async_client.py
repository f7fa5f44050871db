"""The client for asyncio: as the other one, and the event loop goes on meanwhile."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from modwatch_client import AsyncClient, ClientClosed, SpoolError, SpoolFull
from modwatch_client.spool_place import spool_path
from tests.clients.conftest import QUICK
from tests.clients.made import ids, violation, violations
from tests.clients.modwatch import Modwatch
from tests.clients.stand_in import StandIn
from tests.parts import until

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def async_client(url: str, tmp_path: Path, token: str = "mwb_test", **options: Any) -> AsyncClient:
    return AsyncClient(url, token, spool=tmp_path / "spool.db", retry=QUICK, **options)


async def test_sent_at_once_by_many(modwatch: Modwatch, guild_id: int, tmp_path: Path) -> None:
    async with async_client(modwatch.url, tmp_path, modwatch.token()) as client:
        events = violations(guild_id, 500)
        await asyncio.gather(*(client.send(event) for event in events))
        for _ in range(300):
            client.count_message(guild_id)
        assert (await client.stats()).waiting <= 501
        result = await client.flush()
        assert (result.done, result.waiting) == (True, 0)
        accepted = (await client.stats()).accepted
    [(minutes,)] = modwatch.rows("count(*)", "message_counts", guild_id)
    assert 1 <= minutes <= 2, "one event, unless a minute ended meanwhile"
    assert accepted == 500 + minutes
    assert modwatch.violations(guild_id) == Counter(ids(events))
    assert modwatch.messages(guild_id) == 300


async def test_in_the_spool_before_send_returns(tmp_path: Path, stand_in: StandIn) -> None:
    away = async_client("http://127.0.0.1:9", tmp_path)
    await away.send(one := violation(1))
    assert (await away.stats()).waiting == 1
    assert not (await away.close(0)).done
    async with async_client(stand_in.url, tmp_path) as back:
        assert (await back.flush()).done
    assert stand_in.ids() == [str(one.id)]


async def test_a_wait_cut_short_takes_nothing_back(tmp_path: Path, stand_in: StandIn) -> None:
    async with async_client(stand_in.url, tmp_path) as client:
        one = violation(1)
        sending = asyncio.create_task(client.send(one))
        await asyncio.sleep(0)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
    assert stand_in.ids() == [str(one.id)]


async def test_errors_reach_whoever_sent(tmp_path: Path) -> None:
    client = async_client("http://127.0.0.1:9", tmp_path, maximum_spool_bytes=1000)
    large = violation(1, reason="x" * 1000)
    failed = await asyncio.gather(*(client.send(large) for _ in range(3)), return_exceptions=True)
    assert [type(error) for error in failed] == [SpoolFull] * 3
    await client.send(violation(1))
    await client.close(0)
    with pytest.raises(ClientClosed):
        await client.send(violation(1))


async def test_an_unusable_spool_is_an_error_at_once(tmp_path: Path) -> None:
    spool_path(tmp_path / "spool.db", "mwb_test").mkdir()
    with pytest.raises(SpoolError, match="cannot be opened"):
        async_client("http://127.0.0.1:9", tmp_path)


async def test_refusals_and_sending_them_again(
    modwatch: Modwatch, guild_id: int, tmp_path: Path
) -> None:
    refused: list[str] = []
    async with async_client(
        modwatch.url,
        tmp_path,
        modwatch.token(guild_id + 500_000),
        on_rejected=lambda letter: refused.append(letter.id),
    ) as client:
        await client.send(one := violation(guild_id))
        assert (await client.flush()).done
        [letter] = await client.dead_letters()
        assert letter.id == str(one.id)
        assert await client.requeue_dead_letters() == 1
        until(lambda: refused == [str(one.id)] * 2, 60, "another refusal")


async def test_withdrawn_while_it_waits(tmp_path: Path, stand_in: StandIn) -> None:
    async with async_client(stand_in.url, tmp_path) as client:
        await client.send(violation(1), slot="a", hold_seconds=60)
        assert await client.withdraw("a")
        assert not await client.withdraw("a")
    assert stand_in.ids() == []
