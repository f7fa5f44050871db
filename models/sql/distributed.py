"""What statements look like where rows lie on several servers (see domain/distribution.py)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import Connection

from domain.distribution import DISTRIBUTED

Key = TypeVar("Key")


def is_distributed(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get(DISTRIBUTED))


def lockable(connection: Connection, keys: Sequence[Key]) -> list[Sequence[Key]]:
    """The keys in the parts that one statement may lock: all, or else each by itself.

    Citus refuses FOR UPDATE over several servers, so each key there has to name its guild.
    """
    if is_distributed(connection):
        return [[key] for key in keys]
    return [keys] if keys else []
