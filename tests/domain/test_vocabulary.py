"""The closed sets that contract.md and formulas.md name, word for word."""

from enum import StrEnum

import pytest

from domain.actions import Action
from domain.severity import DetectionType, Severity
from domain.windows import Period


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (Period, "hour day week month"),
        (Severity, "low medium high"),
        (DetectionType, "regex ai automod manual raid"),
        (Action, "warning timeout kick ban other none"),
    ],
)
def test_the_words_of_the_contract(words: type[StrEnum], expected: str) -> None:
    assert " ".join(words) == expected
