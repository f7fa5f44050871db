"""What became of every row of the earlier bot's file."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


class RefusedError(Exception):
    """A row that is not imported: why, and the value that was in the way."""

    def __init__(self, reason: str, value: object = None) -> None:
        super().__init__(reason)
        self.reason, self.value = reason, value


@dataclass(slots=True)
class Refusals:
    rows: int = 0
    example: str | None = None


@dataclass(slots=True)
class TableReport:
    """`read` = `new` + `known` + refused, always; `known` rows said nothing new.

    notes: how many rows came in, but not quite as they were, by what was done to them
    """

    table: str
    read: int = 0
    new: int = 0
    known: int = 0
    refusals: dict[str, Refusals] = field(default_factory=dict)
    notes: Counter[str] = field(default_factory=Counter)

    @property
    def refused(self) -> int:
        return sum(refusals.rows for refusals in self.refusals.values())

    def refuse(self, error: RefusedError) -> None:
        refusals = self.refusals.setdefault(error.reason, Refusals())
        refusals.rows += 1
        if refusals.example is None and error.value is not None:
            refusals.example = repr(error.value)[:80]


@dataclass(slots=True)
class ImportReport:
    """What became of each table.

    missing: tables that the file does not have
    configured_guilds: those whose config or rules may be others now than what is cached
    """

    tables: list[TableReport] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    configured_guilds: set[int] = field(default_factory=set)

    @property
    def new(self) -> int:
        return sum(table.new for table in self.tables)
