"""SQLAlchemy puts each statement together once for an engine, and each test has its own engine.

Here it does so once in a process, for all engines of one kind: as if tests shared theirs.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.engine import Dialect
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.util import LRUCache

_compile = ClauseElement._compiler
_MOST = 2_000
_made: LRUCache[Any, Any] = LRUCache(_MOST)
_PLAIN = (str, int, tuple, type(None))


def _compile_once(statement: ClauseElement, dialect: Dialect, **more: Any) -> Any:
    """Like the engine's own memory, which is asked first, and by the same key."""
    key = more.get("cache_key")
    if key is None:
        return _compile(statement, dialect, **more)
    others = tuple((name, repr(value)) for name, value in more.items() if name != "cache_key")
    same = key.key, _kind(dialect), others
    made = _made.get(same)
    if made is None:
        made = _made[same] = _compile(statement, dialect, **more)
    return made


def _kind(dialect: Dialect) -> tuple[Any, ...]:
    """Whatever may change what is written for a server: its version too.

    A copy is looked at: a dialect learns on its way, from whichever thread asks first.
    """
    known = vars(dialect).copy()
    plain = [(name, value) for name, value in known.items() if isinstance(value, _PLAIN)]
    return type(dialect), *sorted(plain, key=lambda one: one[0])


def install() -> None:
    """For every engine of this process from here on."""
    ClauseElement._compiler = _compile_once  # type: ignore[method-assign, assignment]
