"""What a report says in words: the sentence it begins with, and how each figure changed."""

from __future__ import annotations

from domain.report_figures import Figures
from domain.report_schedules import Cadence

CALM_FROM_SCORE, MIXED_FROM_SCORE = 85, 70
ABOUT_SAME_PCT, MOST_PCT = 1.0, 200.0
_PERIODS = {Cadence.DAILY: "day", Cadence.WEEKLY: "week", Cadence.MONTHLY: "month"}
_FEW = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def period_word(cadence: Cadence) -> str:
    return _PERIODS[cadence]


def sentence(figures: Figures) -> str:
    """`A calm week with one raid, and 12 % fewer violations than the week before.`"""
    period = period_word(figures.window.cadence)
    if figures.is_empty:
        return f"Nothing was recorded this {period}."
    begins = f"{_character(figures).capitalize()} {period}"
    if raids := len(figures.events):
        begins += f" with {number_word(raids)} {plural('raid', raids)}"
    change = _violations_change(figures, period)
    if figures.health.limited_data:
        return f"{begins}: too few messages for a health score."
    return f"{begins}{', and' if raids and change else ':' if change else ''}{change}."


def change_words(now: float, before: float | None, cadence: Cadence) -> str:
    """`12 % more than the week before`; says so where there is nothing to compare with."""
    period = period_word(cadence)
    if before is None:
        return f"no {period} before to compare with"
    if now == before:
        return f"the same as the {period} before"
    if not before:
        return f"none the {period} before"
    if not now:
        return f"{number(before)} the {period} before"
    return f"{_by_how_much(now, before)} the {period} before"


def points_words(now: int, before: int | None, cadence: Cadence) -> str:
    """`4 points better than the week before`, of a score that is better the higher it is."""
    period = period_word(cadence)
    if before is None:
        return f"no {period} before to compare with"
    if now == before:
        return f"the same as the {period} before"
    points, way = abs(now - before), "better" if now > before else "worse"
    return f"{points} {plural('point', points)} {way} than the {period} before"


def health_word(score: int) -> str:
    """Beside the colour, which not everybody sees."""
    if score >= CALM_FROM_SCORE:
        return "Good"
    return "Fair" if score >= MIXED_FROM_SCORE else "Poor"


def number(value: float) -> str:
    """`12,345`."""
    return f"{value:,.0f}"


def number_word(value: int) -> str:
    """Up to nine in words, as in prose."""
    return _FEW[value] if value < len(_FEW) else number(value)


def plural(word: str, count: float) -> str:
    return word if count == 1 else f"{word}s"


def count_words(count: int, word: str) -> str:
    """`1 member`, `12,345 members`."""
    return f"{number(count)} {plural(word, count)}"


def duration_words(ms: float) -> str:
    """`145 ms`, `4.2 s`, `3 min 20 s`, `1 h 5 min`."""
    if ms < 1000:
        return f"{ms:.0f} ms"
    if ms < 59_950:
        return f"{ms / 1000:.1f} s"
    minutes, seconds = divmod(round(ms / 1000), 60)
    if minutes < 60:
        return f"{minutes} min {seconds} s" if seconds else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def _character(figures: Figures) -> str:
    if figures.health.limited_data:
        return "a quiet"
    score = figures.health.score
    if score >= CALM_FROM_SCORE:
        return "a calm"
    return "a mixed" if score >= MIXED_FROM_SCORE else "a rough"


def _violations_change(figures: Figures, period: str) -> str:
    if figures.before is None:
        return ""
    now, before = figures.counts["violations"], figures.before["violations"]
    if now == before:
        return f" as many violations as the {period} before"
    if not now or not before:
        told = "no violations" if not now else count_words(now, "violation")
        were = "none" if not before else number(before)
        return f" {told} after {were} the {period} before"
    how = _by_how_much(now, before)
    for word in ("more", "fewer", "as many"):
        how = how.replace(f"{word} ", f"{word} violations ", 1)
    return f" {how} the {period} before"


def _by_how_much(now: float, before: float) -> str:
    pct = 100 * (now - before) / before
    if abs(pct) < ABOUT_SAME_PCT:
        return "about as many as"
    if pct > MOST_PCT:
        return f"{now / before:,.1f} times as many as".replace(".0 times", " times")
    return f"{abs(pct):.0f} % {'more' if pct > 0 else 'fewer'} than"
