"""How a message looks as a mail: text and HTML, in the thread of its alert."""

from __future__ import annotations

from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, parseaddr
from html import escape

from adapters.channels.mail_report import set_report
from adapters.channels.wording import (
    OPEN_WORDS,
    REPEAT_NOTE,
    STATE_WORDS,
    bare_title,
    colour,
    fitted,
    headline,
    paragraphs,
    without_controls,
)
from domain.messages import Message
from domain.one_line import isolated

MOST_SUBJECT, MOST_NAME, MOST_TEXT = 150, 80, 5000
MOST_FACTS, MOST_VALUE = 25, 300


# Ids and addresses in them are read by machines: Python would encode what is too long for a line.
_FOR_MACHINES = ("message-id", "in-reply-to", "references", "list-id", "list-unsubscribe")


class _AsWritten(EmailPolicy):
    """RFC 5322 with CRLF; headers for machines stay as they were written, a line of up to 998."""

    def fold_binary(self, name: str, value: str) -> bytes:
        if name.lower() in _FOR_MACHINES:
            return f"{name}: {value}\r\n".encode("ascii")
        return super().fold_binary(name, value)


def sender_address(sender: str) -> str:
    """The bare address of `Modwatch <modwatch@example.org>`."""
    return parseaddr(sender)[1]


def message_id(message: Message, sender: str) -> str:
    """The same on each attempt, so that a mailbox that has it keeps one."""
    return f"<{message.delivery_id}@{_domain(sender)}>"


def message_bytes(message: Message, sender: str, now_ms: int, note: str = "") -> bytes:
    """The whole mail, ready for DATA; `note`: a sentence of a report about its sending."""
    mail = EmailMessage(policy=_AsWritten(linesep="\r\n"))
    name, address = parseaddr(sender)
    local, _, domain = address.rpartition("@")
    mail["From"] = Address(name or "Modwatch", local, domain)
    mail["To"] = message.target
    mail["Subject"] = _title(headline(message))
    # A report is the same however often it is tried: it is of the time at which it was made.
    dated_ms = message.happened_ms if message.report else now_ms
    mail["Date"] = format_datetime(datetime.fromtimestamp(dated_ms / 1000, UTC))
    mail["Message-ID"] = message_id(message, sender)
    if message.earlier:
        mail["In-Reply-To"] = message.earlier
        mail["References"] = message.earlier
    # RFC 3834: nothing answers it automatically.
    mail["Auto-Submitted"] = "auto-generated"
    mail["List-Id"] = f"<{message.guild_id}.modwatch.{domain}>"
    if message.stop_link:
        mail["List-Unsubscribe"] = f"<{message.stop_link}>"
        if message.stop_link.startswith("https://"):
            mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    if message.report:
        notes = (REPEAT_NOTE if message.is_repeat else "", note)
        said = " ".join(one for one in notes if one)
        set_report(mail, message.report, message.delivery_id.hex, said)
    else:
        mail.set_content(_text(message), cte="quoted-printable")
        mail.add_alternative(_html(message), subtype="html", cte="quoted-printable")
    return mail.as_bytes()


def _text(message: Message) -> str:
    lines = [_title(headline(message)), "", *_paragraphs(message)]
    lines += [f"{name}: {value}" for name, value in _facts(message)]
    lines += ["", f"{OPEN_WORDS}: {message.link}", "", _why(message)]
    if message.stop_link:
        lines.append(f"Stop these mails: {message.stop_link}")
    return "\n".join(lines) + "\n"


def _html(message: Message) -> str:
    """Tables and inline styles only: mail programs know little else."""
    texts = "".join(f"<p>{_lines(text)}</p>" for text in _paragraphs(message))
    facts = "".join(
        f'<tr><td style="padding:2px 16px 2px 0;color:#555">{escape(name)}</td>'
        f"<td>{escape(value)}</td></tr>"
        for name, value in _facts(message)
    )
    stop = ""
    if message.stop_link:
        stop = f' <a href="{escape(message.stop_link)}" style="color:#555">Stop these mails</a>'
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(_title(headline(message)))}</title></head>"
        '<body style="font:16px/1.5 sans-serif;color:#1a1a1a;max-width:600px;margin:auto">'
        f'<p style="color:#{colour(message)};margin:16px 0 0">{STATE_WORDS[message.kind]}</p>'
        f'<h1 style="font-size:20px;margin:0 0 16px">{escape(_title(bare_title(message)))}</h1>'
        f'{texts}<table role="presentation" style="border-spacing:0">{facts}</table>'
        f'<p><a href="{escape(message.link)}">{OPEN_WORDS}</a></p>'
        f'<p style="color:#555;font-size:14px">{escape(_why(message))}{stop}</p></body></html>\n'
    )


def _title(text: str) -> str:
    return fitted(without_controls(text), MOST_SUBJECT)


def _facts(message: Message) -> list[tuple[str, str]]:
    return [
        (fitted(without_controls(fact.name), MOST_NAME), fitted(fact.value, MOST_VALUE))
        for fact in message.facts[:MOST_FACTS]
    ]


def _paragraphs(message: Message) -> list[str]:
    return [fitted(text, MOST_TEXT) for text in paragraphs(message)]


def _lines(text: str) -> str:
    return escape(text).replace("\n", "<br>")


def _why(message: Message) -> str:
    name = fitted(isolated(message.guild_name), MOST_NAME)
    return f"You get this because your address is on a Modwatch channel of the server {name}."


def _domain(sender: str) -> str:
    return sender_address(sender).rpartition("@")[2]
