"""Which guild the rows of each table in a statement are of: what its conditions say of `guild_id`.

Two tables are of one guild where conditions that always hold make their `guild_id`s equal, or equal
to the same value. It is what Citus asks before it sends a statement to where that guild lies.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, cast

from sqlglot import exp

from domain.distribution import Placement
from models.placement import PLACEMENTS

# A table of the statement, or a value that was given.
Node = int | str
_SOURCES = (exp.Select, exp.Update, exp.Delete)


class Guilds:
    """Of one parsed statement; `values` are its parameters."""

    def __init__(self, statement: exp.Expr, values: Mapping[str, Any]) -> None:
        self._same: dict[Node, Node] = {}
        self._values = values
        self._tables = {id(table): table for table in statement.find_all(exp.Table)}
        for condition in statement.find_all(exp.EQ, exp.In):
            if isinstance(condition, exp.EQ | exp.In) and _always_holds(condition):
                self._hold_equal(condition)

    def of(self, table: exp.Table) -> Node:
        """The same for all tables of one guild."""
        return self._root(id(table))

    def is_one(self, table: exp.Table) -> bool:
        """Whether it is known which guild the rows are of."""
        root = self._root(id(table))
        return any(isinstance(node, str) and self._root(node) == root for node in [*self._same])

    def _hold_equal(self, condition: exp.EQ | exp.In) -> None:
        for left, right in _pairs(condition):
            nodes = [*self._nodes(left), *self._nodes(right)]
            # A value alone says something only where the other side is a guild.
            if any(isinstance(node, int) for node in nodes):
                for one, other in pairwise(nodes):
                    self._same.setdefault(other, other)
                    self._same[self._root(one)] = self._root(other)

    def _nodes(self, side: exp.Expr) -> list[Node]:
        side = side.this if isinstance(side, exp.Cast) else side
        if isinstance(side, exp.Column):
            return [id(table) for table in guild_tables_of(side)]
        if isinstance(side, exp.Placeholder):
            return [f"value {self._values[side.name]}"]
        return [f"value {side.name}"] if isinstance(side, exp.Literal) else []

    def _root(self, node: Node) -> Node:
        self._same.setdefault(node, node)
        while self._same[node] != node:
            node = self._same[node]
        return node


def is_of_guilds(table: exp.Table) -> bool:
    return PLACEMENTS.get(table.name) is Placement.GUILD


def sources(scope: exp.Expr) -> Iterator[exp.Expr]:
    """What stands in FROM, in USING, or is changed."""
    if isinstance(scope, exp.Update | exp.Delete):
        yield scope.this
    first = scope.args.get("from_") or scope.args.get("from")
    firsts = [first.this] if first else []
    using = scope.args.get("using") or []
    for source in [*firsts, *using]:
        yield source
        yield from (join.this for join in source.args.get("joins") or [])
    yield from (join.this for join in scope.args.get("joins") or [])


def guild_tables_of(column: exp.Column) -> list[exp.Table]:
    """The tables whose `guild_id` this column is; none where it is another column."""
    found = _source(column)
    if isinstance(found, exp.Table):
        inner = _common_table(found)
        if inner is None:
            return [found] if column.name == "guild_id" and is_of_guilds(found) else []
        return _projected(inner, column.name)
    inner = found.find(exp.Query) if isinstance(found, exp.Subquery | exp.Lateral) else None
    return _projected(inner, column.name) if inner is not None else []


def _projected(query: exp.Expr, name: str) -> list[exp.Table]:
    query = query.unnest()
    if isinstance(query, exp.SetOperation):
        return [*_projected(query.left, name), *_projected(query.right, name)]
    found = (one for one in cast(exp.Query, query).selects if one.alias_or_name == name)
    plain = (one.unalias() for one in found)
    return [table for one in plain if isinstance(one, exp.Column) for table in guild_tables_of(one)]


def _source(column: exp.Column) -> exp.Expr | None:
    scope = column.parent
    while scope is not None:
        if isinstance(scope, _SOURCES):
            for source in sources(scope):
                if not column.table or source.alias_or_name == column.table:
                    return source
        if isinstance(scope, exp.Lateral):
            scope = scope.parent  # the join, whose SELECT is next
        scope = scope.parent if scope is not None else None
    return None


def _common_table(table: exp.Table) -> exp.Expr | None:
    for scope in _ancestors(table):
        for common in (scope.args.get("with_") or scope.args.get("with") or exp.With()).expressions:
            if common.alias == table.name:
                return common.this  # type: ignore[no-any-return]
    return None


def _always_holds(condition: exp.Expr) -> bool:
    """As part of a WHERE or ON, under nothing but AND."""
    for above in _ancestors(condition):
        if isinstance(above, exp.Where | exp.Join):
            return True
        if not isinstance(above, exp.And | exp.Paren):
            return False
    return False


def _ancestors(node: exp.Expr) -> Iterator[exp.Expr]:
    while node.parent is not None:
        node = node.parent
        yield node


def _pairs(condition: exp.EQ | exp.In) -> list[tuple[exp.Expr, exp.Expr]]:
    """Which expressions are equal one to one."""
    left = _items(condition.this)
    if isinstance(condition, exp.EQ):
        right = _items(condition.expression)
    elif (query := condition.args.get("query")) is not None:
        right = [one.unalias() for one in query.unnest().selects]
    elif len(condition.expressions) == 1:
        right = _items(condition.expressions[0])
    else:
        return []
    return list(zip(left, right, strict=False))


def _items(side: exp.Expr) -> Sequence[exp.Expr]:
    return side.expressions if isinstance(side, exp.Tuple) else [side]
