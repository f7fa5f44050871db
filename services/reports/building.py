"""Making a report: its figures, its picture and its words, once for all targets and all tries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from adapters.drawing.draw import draw
from domain.messages import Fact
from domain.one_line import isolated
from domain.report_chart import chart, chart_words
from domain.report_schedules import BuiltReport, Occurrence, WhenEmpty
from domain.report_sections import LOST, RAIDS, Row, key_figures, sections
from domain.report_words import period_word
from services.container import Parts
from services.reports.about import About, file_words
from services.reports.content import Content, encoded
from services.reports.document import document
from services.reports.figures import figures_of
from services.reports.files import files_of
from services.reports.mail_page import mail_page
from services.reports.mail_text import mail_text

MOST_LINES = 10


def build(parts: Parts, occurrence: Occurrence) -> BuiltReport:
    """The report of one run. Raises LaterError until its files are made; DrawingError."""
    about = about_of(parts, occurrence)
    is_empty = about.figures.is_empty
    if not (is_empty and occurrence.schedule.when_empty is WhenEmpty.SKIP):
        files = files_of(parts, occurrence)
        about = replace(about, files=files.made, missing=files.missing)
    exports = [file.export_id for file in about.files]
    return BuiltReport(content=encoded(drawn(about)), is_empty=is_empty, exports=exports)


def about_of(parts: Parts, occurrence: Occurrence) -> About:
    """All that the report says, not drawn yet, and without files."""
    schedule, window = occurrence.schedule, occurrence.window
    with parts.database.read() as connection:
        figures = figures_of(connection, schedule.guild_id, window)
    period = period_word(window.cadence)
    return About(
        figures=figures,
        name=schedule.name,
        kind=occurrence.kind,
        views=schedule.export_types,
        link=f"{parts.settings.public_url}/?guild={schedule.guild_id}&period={period}#overview",
        is_late=occurrence.is_late,
    )


def drawn(about: About) -> Content:
    """The same as what each kind of target gets. Raises DrawingError."""
    drawing = draw(chart(about.figures), mail_page(about))
    return Content(
        title=about.subject,
        text="\n".join([about.sentence, f"{about.range} ({about.zone})", *about.notes]),
        link=about.link,
        facts=list(_facts(about)),
        lines=list(_lines(about))[:MOST_LINES],
        mail_text=mail_text(about),
        html=drawing.html,
        png=drawing.png,
        picture_words=chart_words(about.figures),
        document=document(about),
        files=about.files,
    )


def _facts(about: About) -> Iterator[Fact]:
    """At most ten, since more is not shown everywhere: raids are lines, the rest is in the mail."""
    for key in key_figures(about.figures):
        word = f", {key.word.lower()}" if key.word else ""
        yield Fact(key.name, f"{key.value}{word} ({key.change})")
    for section in sections(about.figures, about.views):
        if section.title not in (RAIDS, LOST):
            yield Fact(
                section.title,
                ", ".join(f"{isolated(row.name)} {row.value}" for row in section.rows),
            )


def _raid(row: Row) -> str:
    """The last one may say how many more there were."""
    if not row.note:
        return f"{row.name}: {row.value}"
    return f"Raid: {row.name}, {row.value} {row.note}"


def _lines(about: About) -> Iterator[str]:
    for section in sections(about.figures, about.views):
        if section.title == RAIDS:
            yield from map(_raid, section.rows)
    for file in about.files:
        yield f"{file.name}: {file_words(file)}"
