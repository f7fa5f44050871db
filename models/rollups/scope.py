"""Which part of the raw rows is counted, and which stored rows stand for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table
from sqlalchemy.sql import ColumnElement

from models.events.tables import MessageCount, Violation, ViolationCount

Raw = type[Violation] | type[MessageCount] | type[ViolationCount]
Conditions = list[ColumnElement[bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """All of some guilds' raw rows, or what is left of them by what is not None.

    minutes_from: the first epoch minute that counts, which is of use to the minutes alone
    from_ms, until_ms: a stretch of time, half-open, of whole buckets. Of what is counted for all
    time, the raw rows tell what came from `from_ms` on, and the hours what was before.
    users: the violations of these members; hashes: of wordings within [first, end)
    """

    guilds: Sequence[int]
    minutes_from: int
    from_ms: int | None = None
    until_ms: int | None = None
    users: Sequence[int] | None = None
    hashes: tuple[int, int] | None = None

    def within(self, time: ColumnElement[Any], width_ms: int = 1) -> Conditions:
        """That `time`, in buckets of `width_ms`, lies in the stretch."""
        conditions: Conditions = []
        if self.from_ms is not None:
            conditions.append(time >= self.from_ms // width_ms)
        if self.until_ms is not None:
            conditions.append(time < self.until_ms // width_ms)
        return conditions

    def chosen(self, table: Table) -> Conditions:
        """That a row of `table`, raw or rollup, is of the guilds, members and wordings."""
        conditions: Conditions = [table.c.guild_id.in_(self.guilds)]
        if self.users is not None:
            conditions.append(table.c.user_id.in_(self.users))
        if self.hashes is not None:
            first, end = self.hashes
            conditions += [table.c.text_hash >= first, table.c.text_hash < end]
        return conditions
