"""Tests and benchmarks that the documentation names are there."""

from __future__ import annotations

import re

from adapters.settings import ROOT

_NAMED = re.compile(r"`((?:tests|benchmarks|dashboard)/[\w/.-]+\.\w+)`")


def test_each_file_that_is_named_is_there() -> None:
    named = {
        (document.name, name)
        for document in (ROOT / "docs").glob("*.md")
        for name in _NAMED.findall(document.read_text())
    }
    assert len(named) > 50
    assert {one for one in named if not (ROOT / one[1]).is_file()} == set()
