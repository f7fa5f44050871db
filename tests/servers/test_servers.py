"""The servers that other tests stand on."""

import asyncio
import smtplib
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Event
from typing import Any

import psycopg
import pytest
import redis
from playwright.sync_api import Browser
from psycopg.sql import SQL, Identifier
from sqlalchemy import create_engine, inspect, make_url

from tests.parts import until
from tests.servers.mail import mail_server
from tests.servers.postgres import Cluster
from tests.servers.postgres_pool import Pool
from tests.servers.valkey import Valkey


def test_database_is_migrated_and_empty(database_url: str) -> None:
    engine = create_engine(database_url)
    tables = inspect(engine).get_table_names()
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT count(*) FROM violations").scalar_one()
    engine.dispose()
    assert "alembic_version" in tables
    assert rows == 0


def test_each_test_has_a_database_of_its_own(postgres_url: str, sqlite_url: str) -> None:
    assert make_url(postgres_url).database != "migrated"
    assert make_url(sqlite_url).database != "migrated.db"


def test_a_database_given_back_is_emptied_and_known_to_nobody(
    postgres: Cluster, postgres_pool: Pool
) -> None:
    name = postgres_pool.take()
    before = everything_in(postgres, name)
    left_open = postgres.connect(name)
    left_open.execute("INSERT INTO user_cache (user_id, cached_ms) VALUES (1, 1)")
    postgres_pool.give_back(name)
    again = postgres_pool.take()
    assert again != name
    assert everything_in(postgres, again) == before
    with pytest.raises(psycopg.OperationalError):
        left_open.execute("SELECT 1")
    postgres_pool.give_back(again)


def test_by_its_old_name_nothing_comes_back_to_a_database_given_back(
    postgres: Cluster, postgres_pool: Pool
) -> None:
    name = postgres_pool.take()
    postgres_pool.give_back(name)
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        postgres.connect(name)


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TABLE guilds_2 ()",
        "ALTER TABLE guilds ALTER COLUMN guild_id TYPE numeric",
        "DROP INDEX {index}",
        "ANALYZE user_cache",
        "UPDATE alembic_version SET version_num = '0000'",
    ],
)
def test_a_database_that_was_changed_is_not_used_again(
    postgres: Cluster, postgres_pool: Pool, change: str
) -> None:
    name = postgres_pool.take()
    with postgres.connect(name) as connection:
        connection.execute("INSERT INTO user_cache (user_id, cached_ms) VALUES (1, 1)")
        look = "SELECT indexname FROM pg_indexes WHERE schemaname = 'public' AND indexname ~ '^idx'"
        (index,) = connection.execute(look).fetchone() or ("",)
        connection.execute(SQL(change).format(index=Identifier(index)))
    postgres_pool.give_back(name)
    with postgres.connect() as connection:
        names = [row[0] for row in connection.execute("SELECT datname FROM pg_database")]
    assert name not in names


def test_a_database_that_is_connected_to_again_and_again_is_given_up(
    postgres: Cluster, postgres_pool: Pool
) -> None:
    name, ended = postgres_pool.take(), Event()

    def hold() -> None:
        while not ended.is_set():
            with suppress(psycopg.Error), postgres.connect(name) as connection:
                connection.execute("SELECT pg_sleep(60)")

    with ThreadPoolExecutor(2) as threads:
        for _ in range(2):
            threads.submit(hold)
        try:
            until(lambda: connections_to(postgres, name) == 2, 60, "two that hold it")
            postgres_pool.give_back(name)
        finally:
            ended.set()
    again = postgres_pool.take()
    assert again != name
    assert connections_to(postgres, again) == 0
    postgres_pool.give_back(again)


def connections_to(postgres: Cluster, name: str) -> int:
    with postgres.connect() as connection:
        look = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s"
        row = connection.execute(look, [name]).fetchone()
    return int(row[0]) if row else 0


def everything_in(postgres: Cluster, name: str) -> dict[str, Any]:
    """The rows of every table, and where the sequences are."""
    with postgres.connect(name) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        found: dict[str, Any] = {
            table: connection.execute(SQL("TABLE {}").format(Identifier(table))).fetchall()
            for (table,) in tables.fetchall()
        }
        sequences = "SELECT sequencename, last_value FROM pg_sequences ORDER BY 1"
        return found | {"sequences": connection.execute(sequences).fetchall()}


def test_a_mail_server_starts_beside_a_browser(browser: Browser) -> None:
    """Playwright keeps a loop running in the thread of the tests."""
    assert browser.is_connected()
    with mail_server() as post, smtplib.SMTP("127.0.0.1", post.port) as client:
        assert client.noop()[0] == 250


def test_after_a_browser_a_test_may_run_a_loop() -> None:
    async def answer() -> int:
        return 7

    assert asyncio.run(answer()) == 7


def test_valkey_is_empty(valkey: Valkey) -> None:
    with valkey.client() as client:
        assert client.dbsize() == 0
        client.set("left", "behind")


def test_valkey_can_go_away_and_come_back(valkey: Valkey) -> None:
    with valkey.client() as client:
        assert client.dbsize() == 0
        valkey.stop()
        with pytest.raises(redis.ConnectionError):
            client.ping()
        valkey.start()
        assert client.ping()
