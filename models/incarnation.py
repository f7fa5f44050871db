"""Which database this is: a name that it has for as long as it goes on without a step back.

Redis holds copies of what the database says, and positions that follow from it. They belong to one
incarnation of the database. `serial` grows by and by: where Redis knows a higher one, or anything
else that the database has yet to come to, the database was put back to an earlier state, and gets a
new name (services/live/incarnation.py).
"""

from sqlalchemy import Connection, select, update
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Bucket, Count, Words
from models.sql.bulk import BulkInsert

_ONLY = 1


class Incarnation(Base):
    """One row."""

    __tablename__ = "incarnation"
    id: Mapped[Bucket] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[Words]
    serial: Mapped[Count]


_FIRST = BulkInsert(Incarnation, ("id", "name", "serial"), "DO NOTHING")


def incarnation_name(connection: Connection) -> str | None:
    """None in a database that nobody has asked yet."""
    return connection.scalar(select(Incarnation.name))


def incarnation_serial(connection: Connection) -> int:
    """How far it has come under its name."""
    return connection.scalar(select(Incarnation.serial)) or 0


def name_incarnation(connection: Connection, name: str) -> None:
    """Give the database its first name, unless it has one."""
    _FIRST.run(connection, [(_ONLY, name, 0)])


def rename_incarnation(connection: Connection, name: str, new: str) -> bool:
    """From `name` to `new`; False where somebody else did so before."""
    change = update(Incarnation).where(Incarnation.name == name)
    return connection.execute(change.values(name=new, serial=0)).rowcount == 1


def next_serial(connection: Connection, name: str) -> int | None:
    """The serial, grown by one; None where the database has another name by now."""
    change = update(Incarnation).where(Incarnation.name == name)
    return connection.scalar(
        change.values(serial=Incarnation.serial + 1).returning(Incarnation.serial)
    )
