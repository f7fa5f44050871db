"""A report is made once: every figure in words, and nothing in it that somebody slipped in."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from threading import Event
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.clock import parse_rfc3339
from domain.report_figures import Offender, Rule
from domain.report_schedules import (
    BuiltReport,
    Cadence,
    Occurrence,
    RunKind,
    Schedule,
    Times,
)
from domain.report_sections import key_figures, sections
from schemas.events.structs import GuildEvent, Snowflake, TimestampMs
from services.container import Parts, build_parts
from services.ingest.store import ingest_events
from services.reports.about import About
from services.reports.building import build, drawn
from services.reports.content import (
    PICTURE_ID,
    STOP_ADDRESS,
    UnreadableContentError,
    decoded,
    encoded,
)
from services.reports.mail_page import mail_page
from services.reports.mail_text import mail_text
from services.reports.sample import sample_report
from services.work.kinds import long_worker
from services.work.lease import LaterError
from tests.parts import GUILD, Clock, settings_for
from tests.services.events import messages, user, violation
from tests.services.reports.windows import BERLIN_WEEK

LINK = "https://modwatch.example.org/?guild=700&period=week#overview"
MOST_BYTES = 102_000  # of a mail's HTML, of which some programs show no more
HOSTILE = (
    "</td></mj-table><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    f'<a href="{STOP_ADDRESS}">win</a>',
    "<mj-include path='/etc/passwd' /><!-- ]]> {{ x }} %s",
    "ada\r\nBcc: evil@example.org\r\n\r\n\u202egpj.exe",
)


@pytest.fixture
def parts(database_url: str, tmp_path: Path) -> Iterator[Parts]:
    made = build_parts(settings_for(database_url, tmp_path), Clock(BERLIN_WEEK.nominal_ms))
    yield made
    made.close()


class Page(HTMLParser):
    """Its tags, links and text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.pictures: list[dict[str, str | None]] = []
        self.said = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        found = dict(attrs)
        assert not [name for name in found if name.startswith("on")]
        if tag == "a":
            self.links.append(str(found["href"]))
        if tag == "img":
            self.pictures.append(found)

    def handle_data(self, data: str) -> None:
        self.said += data


def hostile() -> About:
    about = sample_report(LINK, HOSTILE[4])
    rules = [Rule(name=name * 9, hits=9, overturned=1) for name in HOSTILE]
    people = [Offender(user_id=1, name=name * 9, violations=2) for name in HOSTILE]
    figures = replace(about.figures, rules=rules, offenders=people)
    return replace(about, figures=figures, name=HOSTILE[1])


def occurrence(views: tuple[str, ...] = ("metrics",)) -> Occurrence:
    schedule = Schedule(
        guild_id=GUILD,
        id=uuid4(),
        name="Weekly",
        export_types=views,
        format="csv",
        times=Times(cadence=Cadence.WEEKLY, timezone="Europe/Berlin", hour=8),
    )
    return Occurrence(id=uuid4(), kind=RunKind.SCHEDULED, schedule=schedule, window=BERLIN_WEEK)


def happened() -> list[Any]:
    at_ms = BERLIN_WEEK.start_ms + 1000
    name = GuildEvent(
        id=uuid4(),
        guild_id=Snowflake(GUILD),
        name="Lighthouse",
        timestamp=TimestampMs(at_ms),
    )
    hits = [violation(GUILD, at_ms + n, user_id=41, rule=f"Rule {n}") for n in range(3)]
    return [name, *hits, messages(GUILD, at_ms, 500), user(GUILD, at_ms, 41, "grace<b>")]


def built_with_files(parts: Parts, run: Occurrence) -> BuiltReport:
    """As long work does it: the report waits for its files."""
    with pytest.raises(LaterError):
        build(parts, run)
    long_worker(parts, Event()).run_due()
    return build(parts, run)


def test_a_run_becomes_bytes_that_say_what_happened(parts: Parts) -> None:
    ingest_events(parts.database, happened(), BERLIN_WEEK.nominal_ms)
    built = built_with_files(parts, occurrence())
    assert not built.is_empty
    content = decoded(built.content)
    assert encoded(content) == built.content
    assert content.title == "Lighthouse: Mon 23 to Sun 29 March 2026"
    assert content.text.startswith("A calm week.\n")
    assert content.document["figures"]["violations"] == 3
    assert "Europe/Berlin, UTC+01:00 to UTC+02:00" in content.text
    assert [file.export_id for file in content.files] == list(built.exports)


def test_members_are_named_only_where_a_view_of_them_was_chosen(parts: Parts) -> None:
    ingest_events(parts.database, happened(), BERLIN_WEEK.nominal_ms)
    for views, is_named in ((("metrics",), False), (("top_offenders",), True)):
        content = decoded(built_with_files(parts, occurrence(views)).content)
        said = (content.html, content.mail_text, str(content.facts), str(content.document))
        # No word that the digits of an export's id may have in them.
        assert [("grace" in text) for text in said] == [is_named] * 4


def test_a_time_without_anything_is_empty(parts: Parts) -> None:
    built = built_with_files(parts, occurrence())
    assert built.is_empty
    assert decoded(built.content).text.startswith("Nothing was recorded this week.")


def test_names_cannot_become_markup_links_or_lines() -> None:
    content = drawn(hostile())
    page = Page(content.html)
    assert {"script", "a", "img"} & {*page.tags} == {"a", "img"}
    assert page.links == [LINK, STOP_ADDRESS]
    assert len(page.pictures) == 1
    for name in HOSTILE:
        assert " ".join(name.replace("\u202e", " ").split())[:20] in " ".join(page.said.split())
    assert content.html.count(f'href="{STOP_ADDRESS}"') == 1
    assert "\u202e" not in content.html
    assert not [line for line in content.mail_text.splitlines() if line.startswith("Bcc")]


def named(guild: str, rule: str, member: str, report: str) -> About:
    about = sample_report(LINK, guild)
    figures = replace(
        about.figures,
        rules=[Rule(name=rule, hits=9, overturned=0)],
        offenders=[Offender(user_id=1, name=member, violations=9)],
    )
    return replace(about, figures=figures, name=report)


@given(names=st.lists(st.text(max_size=40), min_size=4, max_size=4))
def test_no_name_at_all_changes_the_markup(names: list[str]) -> None:
    given_names, plain = named(*names), named(*"abcd")
    page, other = Page(mail_page(given_names)), Page(mail_page(plain))
    assert (page.tags, page.links) == (other.tags, other.links)
    assert len(mail_text(given_names).splitlines()) == len(mail_text(plain).splitlines())


def test_the_page_is_small_and_has_its_picture() -> None:
    content = drawn(hostile())
    assert len(content.html.encode()) < MOST_BYTES
    page = Page(content.html)
    assert page.pictures[0]["src"] == f"cid:{PICTURE_ID}"
    assert page.pictures[0]["alt"] == content.picture_words
    assert content.picture_words.startswith("Violations by day: most on Thu 19 (35 violations)")
    assert struct.unpack(">II", content.png[16:24]) == (1100, 512)


def test_the_text_has_every_figure_that_the_page_has() -> None:
    about = sample_report(LINK)
    content = drawn(about)
    said = " ".join(Page(content.html).said.split())
    for key in key_figures(about.figures):
        assert f"{key.name}: {key.value}" in content.mail_text
        assert key.change in content.mail_text
        assert key.change in said
    for section in sections(about.figures, about.views):
        for row in section.rows:
            assert f"{row.name}: {row.value}" in content.mail_text
            assert row.note in content.mail_text
            assert row.name in said
            assert row.note in said


def test_messages_name_some_raids_and_count_the_others() -> None:
    about = sample_report(LINK)
    events = [*about.figures.events] * 9
    lines = drawn(replace(about, figures=replace(about.figures, events=events))).lines
    assert [line.startswith("Raid: Thu 19 Nov, 21:04, 19 viol") for line in lines[:5]] == [True] * 5
    assert lines[5:] == ["Further raids: 4"]


def test_a_late_report_says_since_when() -> None:
    late = replace(sample_report(LINK), is_late=True, kind=RunKind.SCHEDULED)
    content = drawn(late)
    assert "This report is late: it was due on Mon 23 Nov, 08:00." in content.mail_text
    assert parse_rfc3339("2026-11-23T07:00:00Z") == late.figures.window.nominal_ms


@pytest.mark.parametrize("kept", [b"", b"x", encoded(drawn(sample_report(LINK)))[:-9]])
def test_what_is_no_report_is_not_taken_for_one(kept: bytes) -> None:
    with pytest.raises(UnreadableContentError):
        decoded(kept)
