"""A report as MJML (https://documentation.mjml.io), light and dark, for a page 600 px wide.

All text is escaped here, once; what it becomes as HTML has it as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape as escaped

from domain.chart_parts import WIDTH
from domain.messages import NOTE_PLACE
from domain.one_line import one_line
from domain.report_chart import chart_words
from domain.report_sections import Key, Row, Section, key_figures, sections
from services.reports.about import About, file_words
from services.reports.content import PICTURE_ID, STOP_ADDRESS, ReportFile
from services.reports.mail_style import HEAD, TONES, TRACK, styled

MOST_NAME = 120


def mail_page(about: About) -> str:
    title = escape(about.subject)
    body = "".join(
        (
            _top(about),
            "<mj-wrapper css-class='surface' padding='8px 0 16px' background-color='#ffffff'"
            " border='1px solid #d5dbe3' border-radius='8px'>",
            _headline(about),
            _keys(key_figures(about.figures)),
            _chart(about),
            *_sections(sections(about.figures, about.views)),
            *(_file(file) for file in about.files),
            _button(about),
            "</mj-wrapper>",
            _foot(about),
        )
    )
    preview = f"<mj-preview>{escape(about.sentence)}</mj-preview>"
    return (
        f"<mjml lang='en'><mj-head><mj-title>{title}</mj-title>{preview}{HEAD}</mj-head>"
        f"<mj-body background-color='#f5f6f8' css-class='page'>{body}</mj-body></mjml>"
    )


def escape(text: str) -> str:
    """On one line, for text and attributes."""
    return escaped(one_line(text))


def _column(content: str, width: str = "") -> str:
    return f"<mj-column{width and f' width={width!r}'}>{content}</mj-column>"


def _section(content: str, padding: str = "8px 8px") -> str:
    return f"<mj-section padding='{padding}'>{content}</mj-section>"


def _text(content: str, css: str = "ink", more: str = "") -> str:
    return f"<mj-text css-class='{css}' {more}>{content}</mj-text>"


def _top(about: About) -> str:
    label = f"<b>Modwatch</b> <span {styled('muted')}>&#183; {about.label}</span>"
    return _section(_column(_text(label, more="padding='8px 24px'")), "16px 0 0")


def _headline(about: About) -> str:
    guild = escape(_short(about.figures.guild_name))
    when = f"{guild} &#183; {escape(about.range)}"
    parts = [
        _text(when, "muted", "color='#556274' padding='16px 24px 4px'"),
        _text(f"<h1 {styled('title')}>{escape(about.sentence)}</h1>", more="padding='0 24px 4px'"),
        _text(escape(about.zone), "muted", "color='#556274' font-size='12px' padding='0 24px 8px'"),
    ]
    parts.append(_text(NOTE_PLACE, more="padding='0 24px'"))
    parts += [_text(f"<b>{escape(note)}</b>", more="padding='0 24px 8px'") for note in about.notes]
    return _section(_column("".join(parts)), "0")


def _keys(keys: Sequence[Key]) -> str:
    return _section("".join(_column(_key(key)) for key in keys), "8px 8px 0")


def _key(key: Key) -> str:
    value, _, of = key.value.partition(" of ")
    small = f"<span {styled('muted', 'of')}> of {of}</span>" if of else ""
    word = f"{key.word}, " if key.word else ""
    return (
        _text(key.name, "muted", "color='#556274' padding='8px 16px 0'")
        + _text(f"<span {styled('figure')}>{value}</span>{small}", more="padding='0 16px'")
        + _text(f"{word}{key.change}", "muted", "color='#556274' padding='0 16px 8px'")
    )


def _chart(about: About) -> str:
    words = escape(chart_words(about.figures))
    image = (
        f'<mj-image src="cid:{PICTURE_ID}" alt="{words}" width="{WIDTH}px" padding="8px 24px" />'
    )
    return _section(_column(image), "8px 0")


def _sections(every: Sequence[Section]) -> Iterator[str]:
    """Narrow ones stand side by side, two and two."""
    left: Section | None = None
    for section in every:
        if section.is_wide:
            yield from () if left is None else [_beside(left)]
            left = None
            yield _beside(section)
        elif left is None:
            left = section
        else:
            yield _beside(left, section)
            left = None
    if left is not None:
        yield _beside(left)


def _beside(*side: Section) -> str:
    return _section("".join(_column(_table(section)) for section in side), "0 8px")


def _table(section: Section) -> str:
    has_notes = any(row.note and not row.is_foreign for row in section.rows)
    told = _sentence if section.is_wide else _noted if has_notes else _plain
    rows = "".join(told(row) for row in section.rows)
    return _text(
        f"<h2 {styled('heading')}>{section.title}</h2>", more="padding='16px 16px 4px'"
    ) + (f"<mj-table css-class='ink' padding='0 16px 4px'>{rows}</mj-table>")


def _sentence(row: Row) -> str:
    return f"<tr><td {styled('wide')}>{_name(row)}: <b>{row.value}</b>{_aside(row)}</td></tr>"


def _plain(row: Row) -> str:
    """A note follows the name."""
    cells = f"<td {styled('name')}>{_name(row)}{_aside(row)}</td>{_value(row)}"
    return f"<tr>{cells}</tr>{_bar(row, 2)}"


def _noted(row: Row) -> str:
    """Notes stand in a column of their own, so that they can be compared."""
    note = f"<td {styled('note', 'muted')} align='right'>{escape(row.note)}</td>"
    return f"<tr><td {styled('name')}>{_name(row)}</td>{_value(row)}{note}</tr>{_bar(row, 3)}"


def _value(row: Row) -> str:
    return f"<td {styled('value')} align='right'><b>{row.value}</b></td>"


def _aside(row: Row) -> str:
    return f" <span {styled('muted')}>{escape(row.note)}</span>" if row.note else ""


def _name(row: Row) -> str:
    return escape(_short(row.name)) or "&#8211;"


def _bar(row: Row, columns: int) -> str:
    """Two cells: how much, and what is left of the whole."""
    if row.share is None:
        return ""
    filled = round(100 * min(row.share, 1.0))
    parts = (
        (f"bar-{row.tone or 'plain'}", filled, TONES.get(row.tone, TONES[""])),
        ("track", 100 - filled, TRACK),
    )
    cells = "".join(
        f"<td class='{css}' width='{pct}%' height='6' bgcolor='{colour}'></td>"
        for css, pct, colour in parts
        if pct
    )
    table = "<table role='presentation' width='100%' cellpadding='0' cellspacing='0'>"
    return f"<tr><td colspan='{columns}' {styled('bars')}>{table}<tr>{cells}</tr></table></td></tr>"


def _file(file: ReportFile) -> str:
    """With its link in any case: who reads the mail later may no longer have the attachment."""
    link = f"<a {styled('link')} href='{escape(file.link)}'>Get the file</a>"
    why_not = f"{escape(file.why_not)} " if file.why_not else ""
    said = f"<h2 {styled('heading')}>{escape(file.name)}</h2>{file_words(file)}. {why_not}{link}"
    more = "color='#556274' font-size='12px' padding='0 24px 8px'"
    hash = _text(f"SHA-256 {file.sha256}", "muted", more)
    return _section(_column(_text(said, more="padding='8px 24px 0'") + hash), "8px 0")


def _button(about: About) -> str:
    button = (
        f"<mj-button href='{escape(about.link)}' css-class='button' align='left'"
        " background-color='#3556d8' color='#ffffff' border-radius='6px' font-size='14px'"
        " font-weight='600' inner-padding='12px 20px' padding='8px 24px'>"
        "Open in Modwatch</mj-button>"
    )
    return _section(_column(button), "8px 0 0")


def _foot(about: About) -> str:
    stop = f'<a {styled("quiet")} href="{STOP_ADDRESS}">Stop this report</a>'
    words = f"{escape(about.why)}<br>{stop}"
    more = "color='#556274' font-size='12px' line-height='18px' padding='8px 24px'"
    return _section(_column(_text(words, "muted", more)), "8px 0 24px")


def _short(text: str) -> str:
    return text if len(text) <= MOST_NAME else f"{text[: MOST_NAME - 1]}…"
