"""Charts as pictures: drawn once, a few at a time, for those who may read the figures."""

from __future__ import annotations

from uuid import uuid4

import pytest

from adapters.drawing.draw import DrawingError
from services.charts import drawing
from tests.parts import GUILD, NOW_MS, OTHER_GUILD, Web, ingest, violation

CHART = f"/api/v1/servers/{GUILD}/chart.png"


def test_a_picture_follows_the_figures_and_is_named_by_them(web: Web) -> None:
    reader, bot = web.reader(), web.bot()
    empty = reader.get(CHART)
    assert empty.data.startswith(b"\x89PNG")
    assert (empty.content_type, empty.headers["X-Chart-Text"]) == (
        "image/png",
        "Violations by hour, last 24 hours: none.",
    )
    again = reader.get(CHART, headers={"If-None-Match": empty.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    ingest(bot, violation(), violation(timestamp_ms=NOW_MS - 60_000))
    web.materialise()
    after = reader.get(CHART, headers={"If-None-Match": empty.headers["ETag"]})
    assert after.status_code == 200
    assert ": 2, most at " in after.headers["X-Chart-Text"]
    assert after.data != empty.data
    month = reader.get(f"{CHART}?period=month")
    assert month.headers["X-Chart-Text"].startswith("Violations by day, last 30 days: 2")
    assert reader.get(f"{CHART}?period=year").status_code == 422
    assert web.reader(OTHER_GUILD).get(CHART).status_code == 403
    missing = f"/api/v1/servers/{GUILD}/incidents/{uuid4()}/chart.png"
    assert reader.get(missing).status_code == 404


def test_only_so_many_are_drawn_at_once(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = web.reader()
    drawing._kept.clear()
    with drawing.turns, drawing.turns:
        busy = reader.get(CHART)
        assert (busy.status_code, busy.headers["Retry-After"]) == (429, "2")
    drawn: list[str] = []

    def fail(svg: str) -> bytes:
        drawn.append(svg)
        raise DrawingError("no")

    monkeypatch.setattr(drawing, "draw_picture", fail)
    assert reader.get(CHART).status_code == 503
    monkeypatch.undo()
    assert [reader.get(CHART).status_code for _ in range(2)] == [200, 200]
    monkeypatch.setattr(drawing, "draw_picture", fail)
    assert reader.get(CHART).status_code == 200, "kept"
    assert len(drawn) == 1
