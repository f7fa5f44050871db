"""A report as plain text: every figure that the mail and the messages have."""

from __future__ import annotations

from collections.abc import Iterator

from domain.one_line import isolated
from domain.report_chart import chart_title
from domain.report_sections import Row, key_figures, sections
from domain.report_words import number, period_word
from services.reports.about import About, file_words
from services.reports.content import STOP_ADDRESS


def mail_text(about: About) -> str:
    """Lines of any length: the transfer encoding folds them. STOP_ADDRESS stands for the link."""
    return "\n".join([*_top(about), *_figures(about), *_files(about), *_end(about)]) + "\n"


def _top(about: About) -> Iterator[str]:
    yield about.sentence
    yield ""
    yield f"{about.label} of {isolated(about.figures.guild_name)}: {isolated(about.name)}"
    yield f"{about.range} ({about.zone})"
    yield from about.notes


def _figures(about: About) -> Iterator[str]:
    yield ""
    for key in key_figures(about.figures):
        word = f", {key.word.lower()}" if key.word else ""
        yield f"{key.name}: {key.value}{word} ({key.change})"
    for section in sections(about.figures, about.views):
        yield from ("", section.title.upper())
        yield from (_row(row) for row in section.rows)
    yield from ("", chart_title(about.figures.window.cadence).upper())
    yield from _bars(about)


def _row(row: Row) -> str:
    return f"{isolated(row.name)}: {row.value}{f' ({row.note})' if row.note else ''}"


def _bars(about: About) -> Iterator[str]:
    period = period_word(about.figures.window.cadence)
    for bar in about.figures.bars:
        before = "" if bar.before is None else f", {number(bar.before)} the {period} before"
        parts = f"{number(bar.high)} high, {number(bar.medium)} medium, {number(bar.low)} low"
        told = f"{number(bar.violations)} ({parts}{before}); {number(bar.messages)} messages"
        yield f"{bar.label}: {told}"


def _files(about: About) -> Iterator[str]:
    for file in about.files:
        yield from ("", f"{file.name}: {file_words(file)}", f"SHA-256: {file.sha256}")
        yield f"{file.why_not} Get the file: {file.link}".strip()


def _end(about: About) -> Iterator[str]:
    yield from ("", f"Open in Modwatch: {about.link}", "", about.why)
    yield f"Stop this report: {STOP_ADDRESS}"
