"""How the databases mean to answer: the plans of all statements that a piece of code executes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from adapters.database import Database
from models import Base

_SCANNED = {
    # Along an index too, where no condition leads into it.
    "postgresql": re.compile(
        r"(?:Seq Scan|Bitmap Heap Scan|Index (?:Only )?Scan using \w+) on (?:\w+\.)?(\w+)"
        r"[^\n]*(?=\n|\Z)(?!\n\s+(?:Index|Recheck) Cond)"
    ),
    # A table read from end to end, be it along an index; SEARCH is what goes straight to its rows.
    "sqlite": re.compile(r"SCAN (\w+)"),
}
_EXPLAIN = {"postgresql": "EXPLAIN ", "sqlite": "EXPLAIN QUERY PLAN "}


@contextmanager
def explained(database: Database) -> Iterator[list[str]]:
    """Collects, while the block runs, one plan for each statement that has to find rows."""
    plans: list[str] = []

    def explain(_: Any, cursor: Any, statement: str, parameters: Any, *__: Any) -> None:
        if not statement.lstrip().upper().startswith(("SELECT", "WITH", "UPDATE", "DELETE")):
            return
        other = cursor.connection.cursor()
        other.execute(_EXPLAIN[database.engine.dialect.name] + statement, parameters)
        plans.append("\n".join(str(row[-1]) for row in other.fetchall()))
        other.close()

    event.listen(database.engine, "before_cursor_execute", explain)
    try:
        yield plans
    finally:
        event.remove(database.engine, "before_cursor_execute", explain)


def scanned_tables(database: Database, plan: str) -> set[str]:
    """The tables that a plan reads from end to end."""
    found = _SCANNED[database.engine.dialect.name].findall(plan)
    return {name for name in found if name in Base.metadata.tables}
