"""A whole installation for one test, on the database that the test asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.faults.stack import Stack
from tests.servers.scratch import scratch_folder


@pytest.fixture
def make_stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Stack]]:
    """Starts an installation on the database at the given address."""
    with scratch_folder("faults") as folder:
        started = []

        def make(database_url: str) -> Stack:
            settings = {
                "DATA_DIR": str(folder),
                "DATABASE_URL": database_url,
                "LOG_LEVEL": "warning",
                "RATE_LIMITS": "0",
            }
            for name, value in settings.items():
                monkeypatch.setenv(f"MODWATCH_{name}", value)
            monkeypatch.delenv("MODWATCH_REDIS_URL", raising=False)
            stack = Stack(folder, database_url)
            started.append(stack)
            stack.start()
            return stack

        yield make
        for stack in started:
            stack.end()


@pytest.fixture
def stack(make_stack: Callable[[str], Stack], database_url: str) -> Stack:
    """On SQLite and on PostgreSQL."""
    return make_stack(database_url)


@pytest.fixture
def stack_on_postgres(make_stack: Callable[[str], Stack], postgres_url: str) -> Stack:
    return make_stack(postgres_url)
