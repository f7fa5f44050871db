"""A built report as what channels send: for one target, with its own way out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from html import escape

from domain.messages import Enclosed, Message, Report
from services.reports.content import PICTURE_ID, STOP_ADDRESS, Content, ReportFile, decoded

Reader = Callable[[ReportFile], bytes | None]


def report_message(base: Message, content: bytes, read: Reader) -> Message:
    """`base` knows whom it goes to; what it says is in `content`. Raises UnreadableContentError."""
    made = decoded(content)
    return replace(
        base,
        title=made.title,
        text=made.text,
        link=made.link,
        facts=tuple(made.facts),
        lines=tuple(made.lines),
        report=report_part(made, base.stop_link, read),
    )


def report_part(content: Content, stop_link: str | None, read: Reader) -> Report:
    """`read` gives the bytes of a file when it is sent, or None where it is gone."""
    return Report(
        mail_text=_text_with(content.mail_text, stop_link),
        html=_page_with(content.html, stop_link or content.link),
        png=content.png,
        picture_id=PICTURE_ID,
        picture_words=content.picture_words,
        document=content.document,
        files=[_enclosed(file, read) for file in content.files],
    )


def picture_within(html: str, address: str) -> str:
    """The page with its picture from elsewhere. Quotes of what people wrote are escaped in it."""
    return html.replace(f'src="cid:{PICTURE_ID}"', f'src="{address}"')


def _text_with(text: str, stop_link: str | None) -> str:
    """The last one is ours, whatever somebody named something."""
    before, _, after = text.rpartition(STOP_ADDRESS)
    return f"{before}{stop_link or 'in the settings of the report'}{after}"


def _page_with(html: str, link: str) -> str:
    return html.replace(f'href="{STOP_ADDRESS}"', f'href="{escape(link)}"')


def _enclosed(file: ReportFile, read: Reader) -> Enclosed:
    def bytes_of() -> bytes | None:
        return None if file.why_not else read(file)

    return Enclosed(
        name=file.name,
        media_type=file.media_type,
        size_bytes=file.size_bytes,
        link=file.link,
        read=bytes_of,
    )
