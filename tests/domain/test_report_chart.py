"""The chart of a report: true to its figures at every size, and without a word of anybody else."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from domain.chart_parts import HEIGHT, WIDTH
from domain.report_chart import chart, chart_words
from domain.report_figures import Bar, Figures, Offender, Rule
from domain.report_schedules import Cadence
from services.reports.sample import sample_report

SAMPLE = sample_report("").figures
SVG = "{http://www.w3.org/2000/svg}"
SEVERITIES = ("#c0312b", "#b8790a", "#1f6f9c")


def of(bars: list[tuple[int, int, int]], before: int | None = None) -> Figures:
    made = [
        Bar(
            label=str(place),
            high=high,
            medium=medium,
            low=low,
            violations=high + medium + low,
            messages=1,
            before=before,
        )
        for place, (high, medium, low) in enumerate(bars, start=1)
    ]
    return replace(SAMPLE, bars=made)


def heights(figures: Figures, colour: str) -> list[float]:
    tree = ElementTree.fromstring(chart(figures))
    rects = [rect for rect in tree.iter(f"{SVG}rect") if rect.get("fill") == colour]
    return [float(rect.get("height", "")) for rect in rects if rect.get("rx") is None]


def words(figures: Figures) -> list[str]:
    tree = ElementTree.fromstring(chart(figures))
    return [str(text.text) for text in tree.iter(f"{SVG}text")]


def test_lengths_are_as_the_numbers_are() -> None:
    figures = of([(10, 20, 30), (5, 0, 60)])
    high, medium, low = (heights(figures, colour) for colour in SEVERITIES)
    assert (len(high), len(medium), len(low)) == (2, 1, 2)
    assert high[0] == pytest.approx(2 * high[1])
    assert medium[0] == pytest.approx(2 * high[0])
    assert low[1] == pytest.approx(2 * low[0])


@pytest.mark.parametrize("most", [0, 1, 4, 5, 9, 10, 11, 99, 100, 101, 16_001, 999_999, 10**7])
@pytest.mark.parametrize("count", [1, 7, 23, 25, 31])
def test_everything_is_within_the_picture(most: int, count: int) -> None:
    tree = ElementTree.fromstring(chart(of([(most, 0, 0)] * count, before=most // 2)))
    for rect in tree.iter(f"{SVG}rect"):
        x, y, width, height = (float(rect.get(name, "")) for name in ("x", "y", "width", "height"))
        assert x >= 0
        assert y >= 0
        assert x + width <= WIDTH
        assert y + height <= HEIGHT
    labels = [text for text in tree.iter(f"{SVG}text") if float(text.get("y", "")) > HEIGHT - 20]
    assert 1 <= len(labels) <= 12


def test_an_axis_has_no_half_violations() -> None:
    said = words(of([(1, 0, 0)]))
    assert [word for word in said if "." in word] == []
    assert {"0", "4"} <= set(said)


def test_no_violations_are_said() -> None:
    figures = of([(0, 0, 0)] * 7)
    assert "No violations" in words(figures)
    assert chart_words(figures) == "Violations by day: none."


def test_what_the_picture_shows_is_said_in_words() -> None:
    by_hour = replace(SAMPLE, window=replace(SAMPLE.window, cadence=Cadence.DAILY))
    by_day = replace(SAMPLE, window=replace(SAMPLE.window, cadence=Cadence.MONTHLY))
    hours = replace(of([(0, 0, 2), (1, 0, 0)]), window=by_hour.window)
    assert chart_words(hours) == "Violations by hour: most at 1:00 (2 violations), fewest 1."
    days = replace(of([(0, 0, 2), (1, 0, 0)]), window=by_day.window)
    assert chart_words(days) == "Violations by day: most on day 1 (2 violations), fewest 1."


def test_what_others_wrote_is_not_in_it() -> None:
    others = replace(
        SAMPLE,
        guild_name="<script>",
        rules=[Rule(name="<b>rude</b>", hits=9, overturned=0)],
        offenders=[Offender(user_id=1, name="<i>ada</i>", violations=9)],
    )
    assert chart(others) == chart(SAMPLE)
