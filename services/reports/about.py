"""What a report says beside its figures: for whom it is, about when, and why it came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from domain.export_life import size_words
from domain.one_line import isolated
from domain.report_figures import Figures
from domain.report_schedules import Cadence, RunKind
from domain.report_window import moment_words, range_words, zone_words
from domain.report_words import count_words, sentence
from services.reports.content import ReportFile

_NAMES = {Cadence.DAILY: "Daily", Cadence.WEEKLY: "Weekly", Cadence.MONTHLY: "Monthly"}


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """One report before it is written: figures, and all that is said of it.

    views  those that were chosen; they say whether members are named
    link   its page in Modwatch
    missing  of files that could not be made: why, in a sentence each
    """

    figures: Figures
    name: str
    kind: RunKind
    views: Sequence[str]
    link: str
    is_late: bool = False
    files: Sequence[ReportFile] = ()
    missing: Sequence[str] = ()

    @property
    def label(self) -> str:
        """`Weekly report`."""
        return f"{_NAMES[self.figures.window.cadence]} report"

    @property
    def subject(self) -> str:
        begins = "Test: " if self.kind is RunKind.TEST else ""
        return f"{begins}{isolated(self.figures.guild_name)}: {self.range}"

    @property
    def sentence(self) -> str:
        return sentence(self.figures)

    @property
    def range(self) -> str:
        return range_words(self.figures.window)

    @property
    def zone(self) -> str:
        return zone_words(self.figures.window)

    @property
    def why(self) -> str:
        """Why it came to whoever reads it."""
        return (
            f"You get this because the report “{isolated(self.name)}” of the server"
            f" {isolated(self.figures.guild_name)} is set up to be sent to this address."
        )

    @property
    def notes(self) -> list[str]:
        """What one should know of this report before its figures."""
        window = self.figures.window
        due = moment_words(window.timezone, window.nominal_ms)
        told = {
            "This is a test: what it says is true, and it counts as no run.": (
                self.kind is RunKind.TEST
            ),
            "This is a preview: it was sent to nobody.": self.kind is RunKind.PREVIEW,
            f"This report is late: it was due on {due}.": self.is_late,
            "Its edges are those of whole hours, since the rows between are no longer kept.": (
                self.figures.is_rounded
            ),
        }
        return [*(note for note, holds in told.items() if holds), *self.missing]


def file_words(file: ReportFile) -> str:
    """`12,345 rows, 1.2 MB`."""
    return f"{count_words(file.rows, 'row')}, {size_words(file.size_bytes)}"
