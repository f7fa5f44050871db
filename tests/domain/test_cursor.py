"""Places in a list: what was written is read, and nothing else is."""

from __future__ import annotations

from uuid import UUID

import pytest

from domain.cursor import read_place, write_cursor

ID = UUID(int=7)


@pytest.mark.parametrize("text", [str(ID), ID.hex])
def test_a_place_is_what_was_written(text: str) -> None:
    assert read_place(write_cursor(5, text)) == (5, ID)


@pytest.mark.parametrize(
    "cursor",
    [write_cursor(5, "no id"), write_cursor(5), write_cursor("5", ID.hex), write_cursor(2**63, "")],
)
def test_what_is_none_is_refused_in_the_same_words(cursor: str) -> None:
    with pytest.raises(ValueError, match=r"^is not a cursor of this list$"):
        read_place(cursor)
