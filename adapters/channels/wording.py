"""What all providers are told alike, before each escapes and shortens it in its own way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import sha256

from domain.messages import Message, MessageKind, Priority

CUT_MARK = "…"
OPEN_WORDS = "Open in Modwatch"
REPEAT_NOTE = "This may have reached you before: the first attempt was cut off."
STATE_WORDS = {
    MessageKind.FIRING: "Firing",
    MessageKind.ACKNOWLEDGED: "Acknowledged",
    MessageKind.RESOLVED: "Resolved",
    MessageKind.REMINDER: "Still firing",
    MessageKind.NOTIFICATION: "Notification",
    MessageKind.DIGEST: "What happened meanwhile",
    MessageKind.BUNDLED: "Several at once",
    MessageKind.TEST: "Test",
    MessageKind.REPORT: "Report",
}
_COLOURS = {
    Priority.CRITICAL: "c4314b",
    Priority.HIGH: "d9730d",
    Priority.MEDIUM: "b58900",
    Priority.LOW: "4a6fa5",
}
_CALM_COLOUR = "2f855a"


def headline(message: Message) -> str:
    """`Resolved: raid, 14 violations in 60 s`; a state that says nothing new is left out."""
    if message.kind in (MessageKind.NOTIFICATION, MessageKind.REPORT):
        return message.title
    if message.kind is MessageKind.FIRING:
        return f"{message.priority.capitalize()}: {message.title}"
    return f"{STATE_WORDS[message.kind]}: {bare_title(message)}"


def bare_title(message: Message) -> str:
    """Without the state that the record in the page begins with: here it is said beside it."""
    return message.title.removeprefix(f"{STATE_WORDS[message.kind]}: ")


def paragraphs(message: Message) -> Iterator[str]:
    """The text, the entries of a digest, and the note of a repeat."""
    if message.text:
        yield message.text
    if message.lines:
        yield "\n".join(f"• {line}" for line in message.lines)
    if message.is_repeat:
        yield REPEAT_NOTE


def colour(message: Message) -> str:
    """RGB in hexadecimal digits: by priority, and calm once it is over."""
    return _CALM_COLOUR if message.kind is MessageKind.RESOLVED else _COLOURS[message.priority]


def fitted(text: str, most: int, escape: Callable[[str], str] = str) -> str:
    """`text` escaped letter by letter, whole or cut with a mark, in at most `most` UTF-16 units.

    No provider counts more than UTF-16 does, and no escape is cut in two.
    """
    if escape is str and len(text) <= most and text.isascii():
        return text  # as most are
    kept: list[str] = []
    length = safe = 0
    for letter in text:
        part = escape(letter)
        length += _units(part)
        if length > most:
            return "".join(kept[:safe]) + CUT_MARK
        kept.append(part)
        if length < most:
            safe = len(kept)
    return "".join(kept)


def fitted_key(text: str, most: int) -> str:
    """A key in at most `most` characters: of a longer one its hash, so that two stay two."""
    return text if _units(text) <= most else sha256(text.encode()).hexdigest()


def without_controls(text: str) -> str:
    """One line: what could end a header or a line is a space."""
    return " ".join("".join(" " if ord(letter) < 32 else letter for letter in text).split())


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", errors="surrogatepass")) // 2
