"""Letting something happen at an exact moment of someone else's transaction, on real databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from adapters.database import Database


@contextmanager
def once_before(database: Database, statement: str, action: Callable[[], object]) -> Iterator[None]:
    """Run `action` just before the first statement that contains `statement` is executed."""
    waiting = [action]

    def look(_connection: Any, _cursor: Any, text: str, *_: Any) -> None:
        if waiting and statement in text:
            waiting.pop()()

    event.listen(database.engine, "before_cursor_execute", look)
    try:
        yield
    finally:
        event.remove(database.engine, "before_cursor_execute", look)
    assert not waiting, f"nothing executed {statement!r}"


@contextmanager
def failing(database: Database, table: str) -> Iterator[None]:
    """Make the database itself refuse every row that is to enter `table`."""
    with database.write() as connection:
        if database.is_postgresql:
            connection.exec_driver_sql(
                "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql"
                " AS 'BEGIN RAISE EXCEPTION ''refused''; END'"
            )
            connection.exec_driver_sql(
                f"CREATE TRIGGER refusing BEFORE INSERT ON {table}"
                " FOR EACH ROW EXECUTE FUNCTION refuse()"
            )
        else:
            connection.exec_driver_sql(
                f"CREATE TRIGGER refusing BEFORE INSERT ON {table}"
                " BEGIN SELECT RAISE(ABORT, 'refused'); END"
            )
    yield
    with database.write() as connection:
        if database.is_postgresql:
            connection.exec_driver_sql("DROP FUNCTION refuse CASCADE")
        else:
            connection.exec_driver_sql("DROP TRIGGER refusing")
