"""Values that travel as PostgreSQL arrays come out as they went in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import BigInteger, Boolean, Float, LargeBinary, Text, Uuid
from sqlalchemy.types import TypeEngine

from models.sql.array_parameter import array_type

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
COLUMNS: list[tuple[TypeEngine[Any], st.SearchStrategy[Any]]] = [
    (BigInteger(), st.integers(-(2**63), 2**63 - 1)),
    (Boolean(), st.booleans()),
    (Float(), st.floats(allow_nan=False)),
    (Text(), TEXTS),
    (Uuid(), st.uuids()),
]
MANY = settings(
    max_examples=50,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


class Id(int):
    """Ids of events are numbers of a class of their own."""


@pytest.mark.parametrize(("kind", "values"), COLUMNS, ids=lambda value: type(value).__name__)
def test_values_arrive_as_they_are(
    postgres_url: str, kind: TypeEngine[Any], values: st.SearchStrategy[Any]
) -> None:
    array = array_type(kind)
    with psycopg.connect(postgres_url.replace("+psycopg", "")) as connection:

        @MANY
        @given(st.lists(st.none() | values, min_size=1))
        def arrives(column: list[Any]) -> None:
            sent = f"SELECT value FROM unnest(%s::{array.name}) AS sent(value)"
            rows = connection.execute(sent.encode(), [array.parameter(column)]).fetchall()
            assert [value for (value,) in rows] == column

        arrives()


def test_numbers_may_be_of_a_class_of_their_own(postgres_url: str) -> None:
    array = array_type(BigInteger())
    with psycopg.connect(postgres_url.replace("+psycopg", "")) as connection:
        sent = array.parameter([1, Id(2), None])
        assert connection.execute("SELECT %s::int8[]", [sent]).fetchone() == ([1, 2, None],)


def test_a_number_beyond_64_bits_is_refused() -> None:
    with pytest.raises(OverflowError):
        array_type(BigInteger()).parameter([2**63])


def test_an_unknown_type_is_refused() -> None:
    with pytest.raises(TypeError, match="no array type"):
        array_type(LargeBinary())


def test_ids_are_sent_as_their_bytes() -> None:
    id = UUID(int=1)
    assert array_type(Uuid()).parameter([id]).encoded.endswith(id.bytes)
