"""Fixtures for every test: real servers, freshly migrated databases."""

import gc
import os
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, settings

from adapters.process.memory import load_undisturbed, settle
from adapters.process.tether import die_with_parent
from services.operations import health
from tests import quick_disk, quick_recounts, quick_routes, quick_statements, quick_tls
from tests.discord.fixture import discord
from tests.faults.processes import fork_server
from tests.process_state import as_in_a_new_process, log_to_the_test_that_runs
from tests.servers.chromium import browser, chromium_path, no_loop_of_the_browser
from tests.servers.database import database_url, migrated_sqlite_file, sqlite_url
from tests.servers.postgres import postgres, postgres_pool, postgres_url
from tests.servers.valkey import valkey, valkey_process
from tests.together import Together

__all__ = [
    "as_in_a_new_process",
    "browser",
    "chromium_path",
    "database_url",
    "discord",
    "fork_server",
    "migrated_sqlite_file",
    "no_loop_of_the_browser",
    "postgres",
    "postgres_pool",
    "postgres_url",
    "sqlite_url",
    "valkey",
    "valkey_process",
]

load_undisturbed()
# Property tests judge answers, not the speed of the machine they happen to run on, and in
# `make test` the change and not the day: what is new at random is looked for by `make histories`.
settings.register_profile(
    "answers_only",
    deadline=None,
    derandomize="MODWATCH_TEST_EXAMPLES" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("answers_only")
for quick in (quick_disk, quick_recounts, quick_routes, quick_statements, quick_tls):
    quick.install()
# Nor is a database away that answers late.
health.DATABASE_SECONDS = 60.0
# Left to itself, structlog draws a traceback with every local in a frame: up to three seconds each.
structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.processors.format_exc_info,
        structlog.dev.ConsoleRenderer(colors=False),
    ]
)
log_to_the_test_that_runs()
if "PYTEST_XDIST_WORKER" in os.environ:
    die_with_parent()  # a killed pytest takes its helpers, and these take their servers


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together:
    return Together(config, log)


def pytest_collection_finish() -> None:
    """As every process of the product does: what is loaded is not looked at again and again."""
    gc.collect()  # of what pytest made on the way much can go
    settle()
