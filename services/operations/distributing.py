"""`modwatch database distribute`: the tables of a Citus coordinator spread over its workers.

Each statement is a transaction of its own, and one that was done is not done again: whoever is
interrupted begins anew. https://docs.citusdata.com, "Create Citus Tables", `citus_tables`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, text

from adapters.database import Database
from domain.distribution import Placement
from models.placement import PLACEMENTS, tables_placed

_HAS_CITUS = "SELECT to_regproc('create_distributed_table') IS NOT NULL"
_WORKERS = """
SELECT count(*) FROM pg_dist_node WHERE groupid <> 0 AND isactive AND noderole = 'primary'
"""
# Guilds' rows on the coordinator end transactions that touch its local tables as well: "cannot
# switch local execution status".
_KEEP_OFF = (
    "SELECT citus_set_node_property(nodename, nodeport, 'shouldhaveshards', false)"
    " FROM pg_dist_node WHERE groupid = 0 AND shouldhaveshards"
)
_PLACED = "SELECT table_name::text, citus_table_type, distribution_column FROM citus_tables"
_TOGETHER = (
    "SELECT count(DISTINCT colocation_id) FROM citus_tables WHERE citus_table_type = 'distributed'"
)


class DistributionError(Exception):
    """Why the database cannot be distributed, in one line."""


@dataclass(frozen=True, slots=True)
class Step:
    table: str
    placement: Placement
    statement: str | None  # None: it lies where it is to lie


def plan(database: Database) -> list[Step]:
    """What there is to do, table by table. Raises DistributionError where it cannot be done."""
    if not database.is_postgresql:
        raise DistributionError("this is SQLite; only PostgreSQL with Citus can be distributed")
    with database.read() as connection:
        _check_server(connection)
        placed = {name: (kind, by) for name, kind, by in connection.execute(text(_PLACED))}
    return [_step(name, placement, placed) for placement, name in _in_order()]


def distribute(database: Database, steps: list[Step]) -> None:
    """Do what `plan` gave, then look whether it is so. Raises DistributionError."""
    _run(database, _KEEP_OFF)
    for step in steps:
        if step.statement is not None:
            _run(database, step.statement)
    if left := [step.table for step in plan(database) if step.statement is not None]:
        raise DistributionError(f"not where they should be: {', '.join(left)}; run it again")
    with database.read() as connection:
        if connection.scalar(text(_TOGETHER)) != 1:
            raise DistributionError("the tables of a guild do not lie together (colocation_id)")


def statements(steps: list[Step]) -> list[str]:
    """All that `distribute` would execute, in its order."""
    return [_KEEP_OFF, *(step.statement for step in steps if step.statement is not None)]


def _in_order() -> Iterator[tuple[Placement, str]]:
    for placement in Placement:
        yield from ((placement, name) for name in tables_placed(placement))


def _check_server(connection: Connection) -> None:
    if not connection.scalar(text(_HAS_CITUS)):
        raise DistributionError(
            "this PostgreSQL has no Citus: install it on each server, then CREATE EXTENSION citus"
        )
    if not connection.scalar(text(_WORKERS)):
        raise DistributionError("this Citus has no workers: SELECT citus_add_node('host', 5432)")


def _step(name: str, placement: Placement, placed: Mapping[str, tuple[str, str | None]]) -> Step:
    kind, column = placed.get(name, ("local", None))
    wanted = _WANTED[placement]
    if (kind, column if kind == "distributed" else None) == wanted:
        return Step(name, placement, None)
    if kind != "local":
        raise DistributionError(
            f"{name} is {kind} by {column or 'nothing'}, not {wanted[0]}: undistribute_table it"
        )
    return Step(name, placement, _statement(name))


_WANTED: dict[Placement, tuple[str, str | None]] = {
    Placement.GUILD: ("distributed", "guild_id"),
    Placement.REFERENCE: ("reference", None),
    Placement.LOCAL: ("local", None),
}


def _statement(name: str) -> str:
    if PLACEMENTS[name] is Placement.REFERENCE:
        return f"SELECT create_reference_table('{name}')"
    beside = "" if name == "guilds" else ", colocate_with => 'guilds'"
    return f"SELECT create_distributed_table('{name}', 'guild_id'{beside})"


def _run(database: Database, statement: str) -> None:
    with database.write() as connection:
        connection.execute(text(statement))
