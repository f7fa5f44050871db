"""The servers that other tests stand on."""

import pytest
import redis
from sqlalchemy import create_engine, inspect, make_url

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
