"""Cells of CSV and JSON written in SQL, to the byte what services/exports/lines.py writes."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Protocol

from sqlalchemy import Connection

from domain.spreadsheet import BLANKS, SEPARATORS, SIGNS, defused


class Dialect(Protocol):
    """How one database writes a cell; each takes and gives SQL."""

    def prepare(self, connection: Connection) -> None:
        """Once in each transaction."""

    def uuid(self, column: str) -> str: ...

    def time(self, column: str) -> str:
        """RFC 3339 with milliseconds, of epoch milliseconds."""

    def sheet_time(self, column: str) -> str: ...

    def last_six(self, column: str) -> str:
        """The last six characters of a number."""

    def defused(self, text: str) -> str: ...

    def json(self, text: str) -> str:
        """A text that is there as JSON."""

    def put_in(self, line: str, values: Sequence[str]) -> str:
        """The line with a value in each place: %s, or %w to double its quotes. Null is nothing."""


# What every way to a formula has in it; a minus stands for itself at the end.
_SUSPICIOUS = SIGNS.replace("-", "") + "\t\r\n-"


class Sqlite:
    _FUNCTION = "modwatch_defused"

    def prepare(self, connection: Connection) -> None:
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.create_function(self._FUNCTION, 1, defused, deterministic=True)

    def uuid(self, column: str) -> str:
        parts = [f"substr({column}, {start}, {size})" for start, size in _UUID_PARTS]
        return self.put_in("%s-%s-%s-%s-%s", parts)

    def time(self, column: str) -> str:
        return f"strftime('%Y-%m-%dT%H:%M:%fZ', {column} / 1000.0, 'unixepoch')"

    def sheet_time(self, column: str) -> str:
        return f"substr(strftime('%Y-%m-%d %H:%M:%f', {column} / 1000.0, 'unixepoch'), 1, 19)"

    def last_six(self, column: str) -> str:
        return f"substr(CAST({column} AS TEXT), -6)"

    def defused(self, text: str) -> str:
        # Most texts begin with a letter and have no separator: these are not asked any further.
        may_be = f"{text} GLOB '[^a-zA-Z0-9]*' OR {text} GLOB '*[{SEPARATORS}]*'"
        is_one = f"({may_be}) AND {text} GLOB '*[{_SUSPICIOUS}]*'"
        return f"CASE WHEN {is_one} THEN {self._FUNCTION}({text}) ELSE {text} END"

    def json(self, text: str) -> str:
        return f"json_quote({text})"

    def put_in(self, line: str, values: Sequence[str]) -> str:
        # Several times as fast as putting them together one by one.
        return f"printf('{line}', {', '.join(values)})"


_UUID_PARTS = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))


class Postgresql:
    def prepare(self, connection: Connection) -> None:
        """What makes a long read fast, for this transaction alone."""
        for setting in _SETTINGS:
            connection.exec_driver_sql(f"SET LOCAL {setting}")

    def uuid(self, column: str) -> str:
        return column

    def time(self, column: str) -> str:
        return f"replace(left({_timestamp(column)}, 23), ' ', 'T') || 'Z'"

    def sheet_time(self, column: str) -> str:
        return f"left({_timestamp(column)}, 19)"

    def last_six(self, column: str) -> str:
        return f"right({column}::text, 6)"

    def defused(self, text: str) -> str:
        # The first look is the cheap one, and says no to nearly every text.
        is_one = (
            f"{text} ~ '[{_SUSPICIOUS}]' AND {text} ~ '{_FORMULA}'"
            f" AND {text} !~ '^-?[0-9]{{1,19}}(\\.[0-9]{{1,19}})?$'"
        )
        mark = f"CASE WHEN {text} ~ '^([\\t\\r\\n]|{_BEFORE_SIGN})' THEN '''' ELSE '' END"
        rest = f"regexp_replace({text}, '([;\\t\\r\\n])(?={_BEFORE_SIGN})', '\\1''', 'g')"
        return f"CASE WHEN {is_one} THEN {mark} || {rest} ELSE {text} END"

    def json(self, text: str) -> str:
        return f"to_json({text})::text"

    def put_in(self, line: str, values: Sequence[str]) -> str:
        words = [f"'{part}'" for part in line.split("%s")]
        pairs = zip(words, [*values, ""], strict=True)
        return f"concat({', '.join(one for pair in pairs for one in pair if one)})"


_SETTINGS = (
    "jit = off",
    "work_mem = '64MB'",
    "max_parallel_workers_per_gather = 0",
    "datestyle = 'ISO'",
)
# No text of PostgreSQL holds 0.
_BLANKS = BLANKS.replace(r"\x00", r"\u0001").replace(r"\x7f", r"\u007f")
_BEFORE_SIGN = f"[{_BLANKS};]*[-{SIGNS.replace('-', '')}]"
_FORMULA = f"^[\\t\\r\\n]|(^|[;\\t\\r\\n]){_BEFORE_SIGN}"


def _timestamp(column: str) -> str:
    """With a microsecond more than it is: the text of a round second would end there."""
    epoch = "timestamp '1970-01-01 00:00:00.000001'"
    return f"({epoch} + {column} * interval '1 ms')::text"


def dialect_of(connection: Connection) -> Dialect:
    return Postgresql() if connection.dialect.name == "postgresql" else Sqlite()
