"""A raid reaches a pager through the real processes, also when Redis forgets everything.

On SQLite; `make faults` has PostgreSQL as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest

from adapters.secret_box import guild_secrets
from models.channels.store import ChannelRow, insert_channel
from services.channels.sealing import sealed_settings
from services.container import system_clock
from tests.adapters.channels.sample import settings_of
from tests.faults.sizes import DATABASES
from tests.faults.stack import SWEPT_SECONDS, Stack
from tests.parts import until, violation
from tests.servers.providers.pagerduty import PagerDutyStandIn

pytestmark = [
    pytest.mark.faults,
    pytest.mark.parametrize("database_url", DATABASES, indirect=True),
]
FIRST, SECOND = 8_501, 8_502


@pytest.fixture
def pager() -> Iterator[PagerDutyStandIn]:
    server = PagerDutyStandIn()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def stack(
    make_stack: Callable[[str], Stack],
    database_url: str,
    pager: PagerDutyStandIn,
    monkeypatch: pytest.MonkeyPatch,
) -> Stack:
    monkeypatch.setenv("MODWATCH_OUTGOING_ALLOW", f"127.0.0.0/8:{pager.port}")
    return make_stack(database_url)


def _add_pager(stack: Stack, guild_id: int, url: str) -> None:
    secrets = guild_secrets(stack.settings.secret_keys)
    sealed, mask = sealed_settings(secrets, "pagerduty", settings_of("pagerduty", url))
    now_ms = system_clock()
    row = ChannelRow(
        guild_id=guild_id,
        id=uuid4(),
        kind="pagerduty",
        name="pager",
        settings=sealed,
        mask=mask,
        created_ms=now_ms,
        updated_ms=now_ms,
    )
    with stack.database.write() as connection:
        insert_channel(connection, row)


def _raid(stack: Stack, guild_id: int) -> None:
    now_ms = system_clock()
    events = [violation(guild_id, now_ms - 100 * place) for place in range(10)]
    answer = stack.client().post("/api/v1/ingest", json={"events": events})
    assert answer.status_code == 202


def test_a_raid_reaches_the_pager_though_redis_is_emptied(
    stack: Stack, pager: PagerDutyStandIn
) -> None:
    for guild_id in (FIRST, SECOND):
        _add_pager(stack, guild_id, pager.url)
    _raid(stack, FIRST)
    until(lambda: len(pager.opened) == 1, SWEPT_SECONDS, "the first raid at the pager")
    _raid(stack, SECOND)
    stack.redis().flushall()
    until(lambda: len(pager.opened) == 2, SWEPT_SECONDS, "the second raid at the pager")
    assert len(pager.requests) == 2
    checks = stack.client(FIRST).get("/health").json()["checks"]
    assert checks["alerts"]["status"] == "healthy"
