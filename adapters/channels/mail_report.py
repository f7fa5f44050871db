"""A report as the parts of a mail: mixed(alternative(text, related(html, picture)), files)."""

from __future__ import annotations

from email.message import EmailMessage
from html import escape

from domain.messages import NOTE_PLACE, Report

PICTURE_NAME = "chart.png"


def set_report(mail: EmailMessage, report: Report, key: str, note: str) -> None:
    """Make it the content of `mail`, with a sentence about its sending where there is one.

    `key` makes the boundaries the same with each try.
    """
    text = f"{note}\n\n{report.mail_text}" if note else report.mail_text
    html = report.html.replace(NOTE_PLACE, f"<b>{escape(note)}</b>" if note else "")
    mail.set_content(text, cte="quoted-printable")
    mail.add_alternative(html, subtype="html", cte="quoted-printable")
    page = mail.get_body(("html",))
    assert isinstance(page, EmailMessage)
    page.add_related(
        report.png,
        "image",
        "png",
        cid=f"<{report.picture_id}>",
        filename=PICTURE_NAME,
        disposition="inline",
    )
    for file in report.files:
        if (content := file.read()) is not None:
            maintype, _, subtype = file.media_type.partition("/")
            mail.add_attachment(content, maintype, subtype, filename=file.name)
    _set_boundaries(mail, key)


def _set_boundaries(mail: EmailMessage, key: str) -> None:
    """Python would draw them by chance."""
    for place, part in enumerate(mail.walk()):
        if part.is_multipart():
            part.set_boundary(f"=_{place}_{key}")
