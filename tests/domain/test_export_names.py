"""What a message calls a view and a format is what the page calls it."""

import re
from pathlib import Path

from domain.export_columns import ExportType
from domain.export_life import FORMAT_NAMES, VIEW_NAMES, name_of, ready_words
from domain.exports import ExportFormat

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "dashboard" / "src" / "sections" / "export-views.js").read_text()


def test_views() -> None:
    named = dict(re.findall(r"^  (\w+): \{\n    name: '([^']+)'", PAGE, re.MULTILINE))
    assert named == {view.value: name for view, name in VIEW_NAMES.items()}
    assert set(VIEW_NAMES) == set(ExportType)


def test_formats() -> None:
    named = dict(re.findall(r"^  (\w+): \['([^']+)'", PAGE, re.MULTILINE))
    assert {name: named[name] for name in FORMAT_NAMES} == FORMAT_NAMES
    assert set(FORMAT_NAMES) == {format.value for format in ExportFormat}


def test_words() -> None:
    title, text = ready_words("rule_effectiveness", "xlsx", 1_200, 3_700, "2027-01-02")
    assert title == "Export ready: rules"
    assert text == "1,200 rows as Excel, 3.7 KB. It can be downloaded until 2027-01-02."
    assert name_of("temporal_analytics") == "Days and hours"
