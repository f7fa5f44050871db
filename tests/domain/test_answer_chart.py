"""The chart of an answer: one bar a bucket that has any, labelled by the clock of the zone."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from domain.answer_chart import Pace, pace_chart, pace_words

MIDNIGHT_S = 1_773_792_000  # 18 March 2026, 00:00 UTC
SVG = "{http://www.w3.org/2000/svg}"


def pace(counts: list[int], step_s: int = 3_600, zone: str = "Europe/Berlin") -> Pace:
    starts = range(MIDNIGHT_S, MIDNIGHT_S + step_s * len(counts), step_s)
    return Pace("Violations by hour", starts, counts, zone)


@pytest.mark.parametrize("counts", [[0], [3], [0, 5, 0, 2], [1] * 168, [9_999_999, 1]])
def test_bars_are_as_high_as_their_counts(counts: list[int]) -> None:
    picture = ElementTree.fromstring(pace_chart(pace(counts)))
    bars = [one for one in picture.iter(f"{SVG}rect") if one.get("fill") == "#1f6f9c"]
    assert len(bars) == sum(count > 0 for count in counts)
    heights = [float(bar.get("height", 0)) for bar in bars]
    told = [count for count in counts if count]
    if told:
        high = max(heights) / max(told)
        assert heights == pytest.approx([count * high for count in told], abs=0.1)
    texts = [one.text for one in picture.iter(f"{SVG}text")]
    assert ("No violations" in texts) is not any(counts)
    assert texts[0] == "Violations by hour (Europe/Berlin)"


@pytest.mark.parametrize(
    ("step_s", "zone", "at"),
    [(3_600, "Europe/Berlin", "02:00"), (86_400, "UTC", "19 Mar"), (5, "UTC", "00:05")],
)
def test_words_say_what_the_picture_shows(step_s: int, zone: str, at: str) -> None:
    words = pace_words(pace([1, 4, 2], step_s, zone))
    assert words == f"Violations by hour: 7, most at {at} {zone} (4)."
    assert pace_words(pace([0, 0])) == "Violations by hour: none."
