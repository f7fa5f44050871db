"""Rows that events change: read under the guild's lock, merged in Python, written back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, fields
from typing import Any, Generic, Protocol, Self, TypeVar, cast

from sqlalchemy import Connection, Table, select, tuple_

from domain.member_state import AppealState, HeartbeatState, WarningState
from models.base import Base
from models.heartbeat import Heartbeat
from models.members.tables import Appeal, UserWarning
from models.sql.bulk import BulkInsert, quoted


class Mergeable(Protocol):
    def merge(self, other: Self) -> None: ...


S = TypeVar("S", bound=Mergeable)


class StateStore(Generic[S]):
    """Merges states of one class into its table; the first two columns are the key."""

    def __init__(self, model: type[Base], state: type[S]) -> None:
        names = tuple(field.name for field in fields(cast(Any, state)))
        self._state = state
        self._columns = [cast(Table, model.__table__).c[name] for name in names]
        assignments = ", ".join(f"{quoted(name)} = excluded.{quoted(name)}" for name in names[2:])
        self._save = BulkInsert(
            model, names, f"({names[0]}, {names[1]}) DO UPDATE SET {assignments}"
        )

    def merge(self, connection: Connection, news: Iterable[S]) -> int:
        """Merge `news` into the table; how many of them said anything new.

        The guilds' rows must be locked by this transaction.
        """
        keyed = [(_values(state)[:2], state) for state in news]
        if not keyed:
            return 0
        states, changes = self._load(connection, {key for key, _ in keyed}), 0
        for key, state in keyed:
            before = _values(states[key]) if key in states else None
            if key in states:
                states[key].merge(state)
            else:
                states[key] = state
            changes += _values(states[key]) != before
        self._save.run(connection, [_values(states[key]) for key in sorted(states)])
        return changes

    def _load(self, connection: Connection, keys: set[tuple[Any, ...]]) -> dict[Any, S]:
        query = select(*self._columns).where(tuple_(*self._columns[:2]).in_(sorted(keys)))
        return {tuple(row[:2]): self._state(*row) for row in connection.execute(query)}


def _values(state: Any) -> tuple[Any, ...]:
    return astuple(state)


warnings = StateStore(UserWarning, WarningState)
appeals = StateStore(Appeal, AppealState)
heartbeats = StateStore(Heartbeat, HeartbeatState)
