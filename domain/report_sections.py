"""A report as lists of named figures: what each kind of message shows, and the text mail whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from domain.health import share_pct
from domain.report_figures import Figures, Times
from domain.report_window import moment_words
from domain.report_words import (
    change_words,
    count_words,
    duration_words,
    health_word,
    number,
    period_word,
    plural,
    points_words,
)

# The members' own names are in a report only where one of these views was chosen for it.
NAMING_VIEWS = frozenset(("top_offenders", "violations"))
MOST_EVENTS = 5
RAIDS, TIMES, LOST = "Raids", "Time to respond", "What the health score lost"
_SEVERITIES = (("High", "high"), ("Medium", "medium"), ("Low", "low"))
_TYPES = (
    ("Patterns", "regex"),
    ("AI", "ai"),
    ("AutoMod", "automod"),
    ("By hand", "manual"),
    ("Raid filter", "raid"),
)
_ACTIONS = (
    ("Warnings", "warnings"),
    ("Timeouts", "timeouts"),
    ("Kicks", "kicks"),
    ("Bans", "bans"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One of the three figures on top; `word` stands beside a value that has a colour."""

    name: str
    value: str
    change: str
    word: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`share`: how long its bar is, 0 to 1; None where it has none. `tone`: what its colour means.

    is_foreign  its name was written by somebody else: a rule's name, or a member's
    """

    name: str
    value: str
    note: str = ""
    share: float | None = None
    tone: str = ""
    is_foreign: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """`is_wide`: its rows are sentences, and nothing stands beside it."""

    title: str
    rows: Sequence[Row]
    is_wide: bool = False


def key_figures(figures: Figures) -> tuple[Key, Key, Key]:
    """Health, violations, messages."""
    counts, before, cadence = figures.counts, figures.before, figures.window.cadence
    violations, messages = (
        Key(
            name=name.capitalize(),
            value=number(counts[name]),
            change=change_words(counts[name], before[name] if before else None, cadence),
        )
        for name in ("violations", "messages")
    )
    return _health(figures), violations, messages


def sections(figures: Figures, views: Sequence[str]) -> list[Section]:
    """Those that have anything to say, in the order of their weight."""
    made = [
        Section(RAIDS, list(_events(figures)), is_wide=True),
        Section("By severity", list(_counted(figures, _SEVERITIES))),
        Section("How they were found", list(_counted(figures, _TYPES))),
        Section("Actions taken", list(_counted(figures, _ACTIONS))),
        Section("Rules hit most", list(_rules(figures))),
        Section("Members", list(_members(figures, views))),
        Section("Appeals", list(_appeals(figures))),
        Section(TIMES, list(_times(figures)), is_wide=True),
        Section(LOST, list(_penalties(figures)), is_wide=True),
    ]
    return [section for section in made if section.rows]


def _health(figures: Figures) -> Key:
    if figures.health.limited_data:
        return Key(name="Health", value="–", change="too few messages to tell")
    score, before, cadence = figures.health.score, figures.health_before, figures.window.cadence
    if before is not None and before.limited_data:
        change = f"too few messages the {period_word(cadence)} before"
    else:
        change = points_words(score, before.score if before else None, cadence)
    return Key(name="Health", value=f"{score} of 100", change=change, word=health_word(score))


def _penalties(figures: Figures) -> Iterator[Row]:
    """What the score of 100 lost, and to what."""
    lost = figures.health.penalties
    named = (
        ("Violations for each 1,000 messages", lost.violation_rate),
        ("Time to respond", lost.response_time),
        ("Kicks and bans among the actions", lost.escalation),
    )
    for name, points in named:
        if points and not figures.health.limited_data:
            yield Row(name=name, value=f"{points:g} {plural('point', points)}")


def _events(figures: Figures) -> Iterator[Row]:
    zone = figures.window.timezone
    for event in figures.events[:MOST_EVENTS]:
        lasted = duration_words(max(event.ended_ms - event.started_ms, 1000))
        members = count_words(event.members, "member")
        note = f"by {members if event.members < 50 else '50 members or more'} in {lasted}"
        value = count_words(event.violations, "violation")
        yield Row(name=moment_words(zone, event.started_ms), value=value, note=note, tone="high")
    if (left := len(figures.events) - MOST_EVENTS) > 0:
        yield Row(name="Further raids", value=number(left))


def _counted(figures: Figures, names: Sequence[tuple[str, str]]) -> Iterator[Row]:
    """Shares of the violations, a row each, though it be zero; none where all of them are."""
    total = figures.counts["violations"]
    if not any(figures.counts[name] for _, name in names):
        return
    for label, name in names:
        count = figures.counts[name]
        pct = share_pct(count, total)
        tone = name if names is _SEVERITIES else ""
        yield Row(name=label, value=number(count), note=f"{pct:.1f} %", share=pct / 100, tone=tone)


def _rules(figures: Figures) -> Iterator[Row]:
    most = max((rule.hits for rule in figures.rules), default=1)
    for rule in figures.rules:
        note = f"{number(rule.overturned)} overturned" if rule.overturned else ""
        share = rule.hits / most
        yield Row(name=rule.name, value=number(rule.hits), note=note, share=share, is_foreign=True)
    if (left := figures.rules_hit - len(figures.rules)) > 0:
        yield Row(name="Further rules that were hit", value=number(left))


def _members(figures: Figures, views: Sequence[str]) -> Iterator[Row]:
    if not figures.members:
        return
    named = figures.offenders if NAMING_VIEWS.intersection(views) else ()
    most = max((one.violations for one in named), default=1)
    for one in named:
        share = one.violations / most
        yield Row(name=one.name, value=number(one.violations), share=share, is_foreign=True)
    yield Row(name="Members with a violation", value=number(figures.members))


def _times(figures: Figures) -> Iterator[Row]:
    for name, times in (("The bot", figures.bot), ("Moderators", figures.moderators)):
        if times.count:
            yield _time(name, times)


def _time(name: str, times: Times) -> Row:
    note = (
        f"typical; 19 of 20 within {duration_words(times.p95_ms)}, {duration_words(times.mean_ms)}"
        f" on average over {count_words(times.count, 'violation')}"
    )
    return Row(name=name, value=duration_words(times.p50_ms), note=note)


def _appeals(figures: Figures) -> Iterator[Row]:
    appeals = figures.appeals
    if not any((appeals.opened, appeals.approved, appeals.denied, appeals.waiting)):
        return
    yield Row(name="Opened", value=number(appeals.opened))
    yield Row(name="Approved", value=number(appeals.approved))
    yield Row(name="Denied", value=number(appeals.denied))
    yield Row(name="Still waiting", value=number(appeals.waiting))
