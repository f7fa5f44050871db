"""A rollup is compared with its recount by a long statement: to write it takes longer than to ask.

Tests compare the same few guilds again and again; here each statement is written once in a process.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

from sqlalchemy import Select

from models.rollups.recount import Recount
from models.rollups.scope import Scope

_write = Recount._comparison


@lru_cache(maxsize=100)
def _written(recount: Recount, scope: Scope) -> Select[Any]:
    return _write(recount, scope)


def _write_once(recount: Recount, scope: Scope) -> Select[Any]:
    users = None if scope.users is None else tuple(scope.users)
    return _written(recount, replace(scope, guilds=tuple(scope.guilds), users=users))


def install() -> None:
    """For every comparison of this process from here on."""
    Recount._comparison = _write_once  # type: ignore[method-assign, assignment]
