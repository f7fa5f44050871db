"""Fixtures for every test: real servers, freshly migrated databases."""

import os

from adapters.process_tether import die_with_parent
from tests.discord.fixture import discord
from tests.servers.chromium import browser, chromium_path
from tests.servers.database import database_url, migrated_sqlite_file, sqlite_url
from tests.servers.postgres import postgres, postgres_url
from tests.servers.valkey import valkey, valkey_process

__all__ = [
    "browser",
    "chromium_path",
    "database_url",
    "discord",
    "migrated_sqlite_file",
    "postgres",
    "postgres_url",
    "sqlite_url",
    "valkey",
    "valkey_process",
]

if "PYTEST_XDIST_WORKER" in os.environ:
    die_with_parent()  # a killed pytest takes its helpers, and these take their servers
