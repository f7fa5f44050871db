"""What `make lint` says of migrations that were written at the same time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tools.lint import ROOT, migrations_are_in_line

FIRST = ("a", None)


def write(folder: Path, *migrations: tuple[str, str | None]) -> None:
    for at, (name, before) in enumerate(migrations):
        follows = "None" if before is None else f'"{before}"'
        text = f'revision = "{name}"\ndown_revision = {follows}\n'
        (folder / f"{at}_{name}.py").write_text(text)


def test_ours_are_in_line() -> None:
    assert migrations_are_in_line(ROOT / "models" / "migrations" / "versions")


@pytest.mark.parametrize(
    ("migrations", "in_line"),
    [
        ([FIRST], True),
        ([FIRST, ("b", "a"), ("c", "b")], True),
        ([FIRST, ("b", "a"), ("b", "a")], False),
        ([FIRST, ("b", "a"), ("c", "a")], False),
        ([FIRST, ("b", None)], False),
    ],
)
def test_two_that_follow_the_same_are_not(
    tmp_path: Path, migrations: Sequence[tuple[str, str | None]], in_line: bool
) -> None:
    write(tmp_path, *migrations)
    assert migrations_are_in_line(tmp_path) == in_line
