"""What all tables share: the metadata, the column types and their units.

Files with tables do without `from __future__ import annotations`: SQLAlchemy would evaluate the
text of every column's annotation, which took a tenth of the time that reading all tables takes.
"""

from __future__ import annotations

import uuid
from typing import Annotated

from sqlalchemy import BigInteger, Integer, MetaData, Text, Uuid
from sqlalchemy.orm import DeclarativeBase, mapped_column

NAMING = {
    "ix": "idx_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "pk": "pk_%(table_name)s",
}

# Discord's ids are unsigned 64-bit, but the top bit stays 0 until the year 2084.
Snowflake = Annotated[int, mapped_column(BigInteger)]
TimestampMs = Annotated[int, mapped_column(BigInteger)]  # epoch milliseconds, UTC
Bucket = Annotated[int, mapped_column(Integer)]  # epoch minute, hour or day
Count = Annotated[int, mapped_column(BigInteger, default=0, server_default="0")]
EventId = Annotated[uuid.UUID, mapped_column(Uuid)]
Words = Annotated[str, mapped_column(Text)]

# Rows of these tables are looked up by primary key only, so SQLite stores them inside that index.
CLUSTERED = {"sqlite_with_rowid": False}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
