"""What Citus would refuse in a statement, or what would take it to all servers at once.

Read from its documentation and from what was tried with it; no Citus is asked here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlglot
from sqlglot import exp

from domain.distribution import Placement
from models.placement import PLACEMENTS
from tests.distributed.places import Guilds, is_of_guilds, sources

Values = Mapping[str, Any] | Sequence[Any]
_NAMED, _PLACE = re.compile(r"%\((\w+)\)s"), re.compile(r"%s")
_CHANGES = (exp.Insert, exp.Update, exp.Delete)
# What sqlglot takes for functions, and is grammar.
_NO_FUNCTIONS = (exp.Case, exp.Cast, exp.If, exp.And, exp.Or, exp.Coalesce)


def complaints(statement: str, values: Values) -> list[str]:
    """A line for everything that is wrong with one statement, in psycopg's notation."""
    if not re.search(r"(?i)\A\s*(SELECT|WITH|INSERT|UPDATE|DELETE)\b", statement):
        return []
    parsed = sqlglot.parse_one(_readable(statement), read="postgres")
    tables = [table for table in parsed.find_all(exp.Table) if table.name in PLACEMENTS]
    if not any(map(is_of_guilds, tables)):
        return []
    guilds = Guilds(parsed, _by_name(values))
    return [
        *(
            f"{table.name} is local, joined with guilds' rows"
            for table in tables
            if _is_joined_local(table)
        ),
        *_spanning(parsed, guilds),
        *_locking(parsed, guilds),
        *_lateral(parsed, guilds),
        *_correlated(parsed, guilds),
        *_changing(parsed),
    ]


def _readable(statement: str) -> str:
    """With names in the place of psycopg's marks."""
    numbers = iter(range(100_000))
    named = _NAMED.sub(r":\1", statement)
    return _PLACE.sub(lambda _: f":place_{next(numbers)}", named).replace("%%", "%")


def _by_name(values: Values) -> Mapping[str, Any]:
    if isinstance(values, Mapping):
        return values
    return {f"place_{number}": value for number, value in enumerate(values)}


def _is_joined_local(table: exp.Table) -> bool:
    """What looks at no row from outside is worked out first, so it may be of the coordinator."""
    if PLACEMENTS[table.name] is not Placement.LOCAL:
        return False
    scope = table.find_ancestor(exp.Select)
    if scope is None or scope.parent is None or _looks_outside(scope):
        return True
    return any(map(is_of_guilds, scope.find_all(exp.Table)))


def _looks_outside(scope: exp.Expr) -> bool:
    names = {source.alias_or_name for source in sources(scope)}
    return any(one.table and one.table not in names for one in scope.find_all(exp.Column))


def _spanning(parsed: exp.Expr, guilds: Guilds) -> Iterator[str]:
    """What is joined is of one guild."""
    for scope in parsed.find_all(exp.Select, exp.Update, exp.Delete):
        inside = [_guild_tables(source) for source in sources(scope)]
        of = {guilds.of(table) for tables in inside for table in tables}
        if len(of) > 1 and sum(map(bool, inside)) > 1:
            names = sorted(table.name for tables in inside for table in tables)
            yield f"rows of several guilds are joined: {', '.join(names)}"


def _locking(parsed: exp.Expr, guilds: Guilds) -> Iterator[str]:
    for scope in parsed.find_all(exp.Select):
        if scope.args.get("locks"):
            tables = [table for source in sources(scope) for table in _guild_tables(source)]
            yield from (
                f"rows of {table.name} are locked without one guild_id"
                for table in tables
                if not guilds.is_one(table)
            )


def _lateral(parsed: exp.Expr, guilds: Guilds) -> Iterator[str]:
    for lateral in parsed.find_all(exp.Lateral):
        yield from (
            f"a LATERAL on {table.name} spans guilds"
            for table in _guild_tables(lateral)
            if not guilds.is_one(table)
        )


def _correlated(parsed: exp.Expr, guilds: Guilds) -> Iterator[str]:
    """A subquery in a condition that looks at its row from outside looks at the same guild."""
    for inner in parsed.find_all(exp.Select):
        outer = inner.find_ancestor(exp.Select, exp.Update, exp.Delete)
        if outer is None or inner.find_ancestor(exp.From, exp.Join, exp.With):
            continue
        mine = _tables_of(inner)
        if _looks_outside(inner):
            theirs = {guilds.of(table) for table in _tables_of(outer)}
            for table in mine:
                if theirs and guilds.of(table) not in theirs:
                    yield f"{table.name} is looked into for a row of another guild"


def _changing(parsed: exp.Expr) -> Iterator[str]:
    for change in parsed.find_all(*_CHANGES):
        table = change.find(exp.Table)
        if table is None or not is_of_guilds(table):
            continue
        if isinstance(change, exp.Insert) and "guild_id" not in _columns(change):
            yield f"a row of {table.name} comes without guild_id"
        if any(name == "guild_id" for name in _set_columns(change)):
            yield f"a row of {table.name} is moved to another guild"


def _columns(insert: exp.Insert) -> set[str]:
    return {name.name for name in insert.this.expressions}


def _set_columns(change: exp.Expr) -> Iterator[str]:
    for assignment in _assignments(change):
        yield assignment.this.name


def _assignments(change: exp.Expr) -> list[exp.Expr]:
    if isinstance(change, exp.Update):
        return list(change.expressions)
    conflict = change.args.get("conflict")
    return list(conflict.expressions) if conflict is not None else []


def functions_in_changes(statement: str) -> set[str]:
    """Names of functions in what is set: Citus takes IMMUTABLE ones alone there."""
    if not re.search(r"(?i)\A\s*(WITH|INSERT|UPDATE)\b", statement):
        return set()
    parsed = sqlglot.parse_one(_readable(statement), read="postgres")
    return {
        _name(function)
        for change in parsed.find_all(exp.Insert, exp.Update)
        for assignment in _assignments(change)
        for function in assignment.find_all(exp.Func)
        if not isinstance(function, _NO_FUNCTIONS)
    }


def _name(function: exp.Func) -> str:
    is_unknown = isinstance(function, exp.Anonymous)
    return str(function.name if is_unknown else function.sql_name()).lower()


def _guild_tables(source: exp.Expr) -> list[exp.Table]:
    return [table for table in source.find_all(exp.Table) if is_of_guilds(table)]


def _tables_of(scope: exp.Expr) -> list[exp.Table]:
    return [table for source in sources(scope) for table in _guild_tables(source)]
