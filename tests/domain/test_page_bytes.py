"""What fits on a page, by the bytes that JSON has."""

from __future__ import annotations

from domain.page_bytes import that_fit


def test_bytes_are_those_of_json() -> None:
    assert that_fit(["ab", "cd", "ef"], 10) == ["ab", "cd"]
    assert that_fit(["\x01", "\x01"], 10) == ["\x01"], "written as \\u0001"
    assert that_fit(["é", "é"], 10) == ["é", "é"]


def test_one_row_always_comes() -> None:
    assert that_fit(["a" * 100, "b"], 10) == ["a" * 100]
    assert that_fit([]) == []
