"""Columns of values as PostgreSQL array parameters, in the binary format.

psycopg's own lists go through its text format, value by value with a regular expression, which for
a batch of events takes longer than the inserts themselves. Format (array_recv in PostgreSQL's
arrayfuncs.c): a head of dimensions, whether there are nulls, element type, length and lower bound;
then for each element its length in bytes, -1 for null, and its bytes; all of it big-endian.
"""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Callable, Sequence
from typing import Any, cast

import psycopg
from psycopg.adapt import Buffer, Dumper
from psycopg.pq import Format
from sqlalchemy import Boolean, Float, Integer, Text, Uuid
from sqlalchemy.types import TypeEngine

_HEAD = struct.Struct(">iiIii")
_NULL = b"\xff\xff\xff\xff"


class ArrayParameter:
    """The values of one column, as one parameter."""

    __slots__ = ("encoded",)

    def __init__(self, encoded: bytes) -> None:
        self.encoded = encoded


class _ArrayDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: ArrayParameter) -> Buffer | None:
        return obj.encoded


# Without a type of its own: the statement casts each parameter, and says it that way.
psycopg.adapters.register_dumper(ArrayParameter, _ArrayDumper)


class ArrayType:
    """A column's type: `name` in PostgreSQL, and how its values are encoded."""

    def __init__(self, name: str, element_oid: int, encode: Callable[[Sequence[Any]], bytes]):
        self.name, self._element_oid, self._encode = name, element_oid, encode

    def parameter(self, values: Sequence[Any]) -> ArrayParameter:
        head = _HEAD.pack(1, None in values, self._element_oid, len(values), 1)
        return ArrayParameter(head + self._encode(values))


def _of_width(width: int, encode: Callable[[Any], bytes]) -> Callable[[Sequence[Any]], bytes]:
    head = width.to_bytes(4, "big")

    def encoded(values: Sequence[Any]) -> bytes:
        return b"".join([_NULL if value is None else head + encode(value) for value in values])

    return encoded


def _text(values: Sequence[str | None]) -> bytes:
    # Most columns say the same few things again and again.
    known: dict[str | None, bytes] = {None: _NULL}
    for value in set(values).difference(known):
        data = str(value).encode()
        known[value] = len(data).to_bytes(4, "big") + data
    return b"".join(map(known.__getitem__, values))


_int8_or_null = _of_width(8, struct.Struct(">q").pack)


def _int8(values: Sequence[int | None]) -> bytes:
    """Whole columns at once: nearly all columns are such."""
    if None in values:
        return _int8_or_null(values)
    numbers = array("q", cast("Sequence[int]", values))
    if sys.byteorder == "little":
        numbers.byteswap()
    data, count = numbers.tobytes(), len(values)
    encoded = bytearray(12 * count)
    encoded[3::12] = b"\x08" * count
    for place in range(8):
        encoded[4 + place :: 12] = data[place::8]
    return bytes(encoded)


_INT8 = ArrayType("int8[]", 20, _int8)
_TYPES: tuple[tuple[type[TypeEngine[Any]], ArrayType], ...] = (
    (Uuid, ArrayType("uuid[]", 2950, _of_width(16, lambda id: int.to_bytes(id.int, 16, "big")))),
    (Boolean, ArrayType("bool[]", 16, _of_width(1, lambda value: b"\1" if value else b"\0"))),
    (Float, ArrayType("float8[]", 701, _of_width(8, struct.Struct(">d").pack))),
    (Text, ArrayType("text[]", 25, _text)),
    (Integer, _INT8),
)


def array_type(kind: TypeEngine[Any]) -> ArrayType:
    """How a column of `kind` travels. TypeError for one no table has yet."""
    for base, found in _TYPES:
        if isinstance(kind, base):
            return found
    raise TypeError(f"no array type for {kind!r}")
