"""Which statements a piece of code sends to the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import get_ident
from typing import Any

from sqlalchemy import event

from adapters.database import Database


@contextmanager
def noted_statements(database: Database) -> Iterator[list[str]]:
    """Those of this thread while the block runs: what works beside asks as well."""
    statements: list[str] = []
    thread = get_ident()

    def note(*args: Any) -> None:
        if get_ident() == thread:
            statements.append(args[2])

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
