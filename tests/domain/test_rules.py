"""formulas.md, "Rule effectiveness"."""

import pytest

from domain.rules import precision


@pytest.mark.parametrize(
    ("overturned", "decided", "expected"),
    [
        (0, 0, (1.0, True)),
        (4, 4, (1.0, True)),
        (0, 5, (1.0, False)),
        (1, 5, (0.8, False)),
        (5, 5, (0.0, False)),
        (2, 6, (0.6667, False)),
    ],
)
def test_precision(overturned: int, decided: int, expected: tuple[float, bool]) -> None:
    assert precision(overturned, decided) == expected
