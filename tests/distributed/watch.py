"""Looks at every statement that a process executes on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

from tests.distributed.refused import complaints


class Watch:
    """What was found, by statement: each text is looked at the first time that it is executed."""

    def __init__(self) -> None:
        self.found: dict[str, list[str]] = {}

    def wrong(self) -> list[str]:
        return [f"{why}: {text}" for text, reasons in self.found.items() for why in reasons]

    def look(
        self,
        _connection: Any,
        cursor: Any,
        statement: str,
        values: Any,
        _context: Any,
        is_for_many: bool,
    ) -> None:
        if is_for_many:
            values = values[0]
        if type(cursor).__module__.startswith("psycopg") and statement not in self.found:
            self.found[statement] = complaints(statement, values or {})


@contextmanager
def watched() -> Iterator[Watch]:
    watch = Watch()
    event.listen(Engine, "before_cursor_execute", watch.look)
    try:
        yield watch
    finally:
        event.remove(Engine, "before_cursor_execute", watch.look)
