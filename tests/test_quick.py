"""What tests do once in a process, they do as it is done each time."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, Select, column, create_engine, literal, select, table, text
from sqlalchemy.engine import Dialect
from werkzeug.routing import Map, Rule

from adapters import sqlite
from adapters.database import Database
from api.http.addresses import QuickRule, SnowflakeConverter
from domain.windows import HOUR_MS
from models.rollups.recount import Recount
from models.rollups.recounts import RECOUNTS
from models.rollups.scope import Scope
from tests import quick_disk, quick_recounts, quick_routes, quick_statements

PATH = "/servers/<snowflake(server):guild_id>/<word>"


def routes(more: str = "") -> tuple[Map, Rule]:
    rule = QuickRule(PATH + more, endpoint="seen")
    return Map([rule], converters={"snowflake": SnowflakeConverter}), rule


def as_read(rule: Rule) -> tuple[Any, ...]:
    kinds = {name: (type(one), vars(one) | {"map": 0}) for name, one in rule._converters.items()}
    return rule._parts, rule._trace, rule.arguments, kinds


def test_a_route_is_what_it_is_when_it_is_read_by_itself() -> None:
    routes()
    there, rule = routes()
    own = routes()[1]
    quick_routes._compile(own)
    assert as_read(rule) == as_read(own)
    here = there.bind("localhost")
    assert here.match("/servers/41/words") == ("seen", {"guild_id": 41, "word": "words"})
    assert here.build("seen", {"guild_id": 41, "word": "x", "more": "y"}) == "/servers/41/x?more=y"


def test_routes_share_nothing_that_changes() -> None:
    first, second = routes()[1], routes()[1]
    first.arguments.clear()
    first._converters.clear()
    first._parts.clear()
    assert as_read(second) == as_read(routes()[1])


def test_another_route_is_read_itself() -> None:
    assert as_read(routes()[1]) != as_read(routes("/more")[1])


def engine(folder: Path) -> Engine:
    made = create_engine(f"sqlite:///{folder}/any.db")
    with made.connect():
        return made  # which knows its server's version now


def said(dialect: Dialect, number: int) -> Any:
    query: Select[Any] = (
        select(column("a")).select_from(table("t")).where(column("a") == literal(number))
    )
    return query._compiler(dialect, cache_key=query._generate_cache_key(), column_keys=[])


def test_a_statement_is_shared_by_engines_of_one_kind_alone(tmp_path: Path) -> None:
    first, second, other = (engine(tmp_path).dialect for _ in range(3))
    other.server_version_info = (3, 1)
    assert said(first, 1) is said(second, 2)
    assert said(first, 1) is not said(other, 1)
    assert said(other, 1).dialect is other


def test_engines_that_share_it_each_send_their_own_values(tmp_path: Path) -> None:
    query = select(literal("here") + column("value")).select_from(table("words"))
    answers = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        with engine(tmp_path / name).begin() as connection:
            connection.exec_driver_sql("CREATE TABLE words (value TEXT)")
            connection.exec_driver_sql("INSERT INTO words VALUES (?)", (name,))
            answers += [connection.scalar(query.where(column("value") == name))]
    assert answers == ["herefirst", "heresecond"]


def test_one_that_names_its_columns_is_another(tmp_path: Path) -> None:
    dialect = engine(tmp_path).dialect
    words = table("words", column("a"), column("b"))
    key = words.insert()._generate_cache_key()
    made = [words.insert()._compiler(dialect, cache_key=key, column_keys=[n]) for n in ("a", "b")]
    assert str(made[0]) != str(made[1])


def test_what_has_no_key_is_made_each_time(tmp_path: Path) -> None:
    dialect = engine(tmp_path).dialect
    statement: Select[Any] = select(column("a"))
    made = [quick_statements._compile_once(statement, dialect) for _ in range(2)]
    assert made[0] is not made[1]


def test_a_dialect_may_learn_while_it_is_looked_at(tmp_path: Path) -> None:
    dialect = engine(tmp_path).dialect

    class Learning:
        """As if another thread came between: to be asked what it is adds to what is known."""

        @property
        def __class__(self) -> type:
            vars(dialect)["learned"] = "now"
            return Learning

        @__class__.setter
        def __class__(self, _other: type) -> None:
            raise AssertionError

    vars(dialect)["learning"] = Learning()
    assert dict(quick_statements._kind(dialect)[1:]).get("learned") is None
    assert dict(quick_statements._kind(dialect)[1:])["learned"] == "now"


def words_and_values(query: Select[Any]) -> tuple[str, dict[str, Any]]:
    compiled = query.compile()
    return str(compiled), compiled.params


@pytest.mark.parametrize("recount", RECOUNTS, ids=lambda one: one.model.__tablename__)
def test_a_comparison_is_written_for_its_scope(recount: Recount) -> None:
    both = Scope(guilds=[700, 800], minutes_from=5)
    later = replace(both, minutes_from=6, from_ms=HOUR_MS)
    for scope in (both, replace(both, guilds=[700]), later, both):
        query = words_and_values(recount._comparison(scope))
        assert query == words_and_values(quick_recounts._write(recount, scope))


def waits_for_the_disk(url: str) -> int:
    """2: at each commit. 0: never."""
    with closing(Database(url)) as database, database.read() as connection:
        return int(connection.execute(text("PRAGMA synchronous")).scalar_one())


def test_sqlite_waits_for_the_disk_wherever_it_is_not_tests_that_write(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert waits_for_the_disk(sqlite_url) == 0
    monkeypatch.setattr(sqlite, "_PRAGMAS", quick_disk.AS_ALWAYS)
    assert waits_for_the_disk(sqlite_url) == 2
