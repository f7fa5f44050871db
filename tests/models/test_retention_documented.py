"""Every table has its line in docs/retention.md: who adds one says what ends its rows."""

from __future__ import annotations

import re
from pathlib import Path

from models import Base

DOCUMENT = Path(__file__).parents[2] / "docs" / "retention.md"
LINE = re.compile(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


def test_every_table_says_what_grows_it_and_what_ends_it() -> None:
    lines = LINE.findall(DOCUMENT.read_text())
    assert sorted(name for name, _, _ in lines) == sorted(Base.metadata.tables)
    assert all(grows.strip() and ends.strip() for _, grows, ends in lines)
