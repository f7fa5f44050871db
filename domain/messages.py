"""What a channel is asked to tell: one message to one target, with all that it needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID


class Priority(StrEnum):
    """How much it matters, the least first."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class MessageKind(StrEnum):
    FIRING = "firing"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    REMINDER = "reminder"
    NOTIFICATION = "notification"  # an event without a life: a violation, a changed setting
    DIGEST = "digest"  # what was held back by a mute, quiet hours or grouping
    BUNDLED = "bundled"  # more than five that waited for one channel
    TEST = "test"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class Fact:
    """A named value below the text, such as `Score` and `42 of 100`."""

    name: str
    value: str


# Where a page has room for a sentence about its sending; nobody's text has it unescaped.
NOTE_PLACE = "<!--note-->"


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file, and where a person finds it.

    read  its bytes when it is sent; None where it does not go along, or is gone
    """

    name: str
    media_type: str
    size_bytes: int
    link: str
    read: Callable[[], bytes | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a report has beside its words, made once for all targets and tries.

    mail_text, html  the two parts of a mail; html shows the picture as `cid:{picture_id}`, and has
        NOTE_PLACE
    png, picture_words  the picture, and what it shows
    document  the same for programs
    """

    mail_text: str
    html: str
    png: bytes
    picture_id: str
    picture_words: str
    document: Mapping[str, Any]
    files: Sequence[Enclosed] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Plain text throughout: each channel escapes and shortens for its own provider.

    story         the same for all messages about one alert on one channel; PagerDuty's `dedup_key`,
                  Opsgenie's `alias`, the thread of a mail
    delivery_id   the same on each attempt: `webhook-id`, `Message-ID`
    target        the mail address it goes to; empty where the channel itself is the target
    lines         the single entries of a digest or a bundle
    earlier       `Attempt.reference` of the message that began this story on this target
    is_silent     quiet hours: edit what is there, and let nothing ring
    is_repeat     sent once more since an earlier attempt may or may not have arrived: says so
    may_have_arrived  an earlier attempt of this very message may have: what of it is no edit
                  is left out
    mention_role  the one Discord role that the owner lets it mention
    stop_link     where a mail of this channel is unsubscribed from (RFC 8058)
    report        of a report alone: what it has beside the rest
    """

    kind: MessageKind
    event_type: str
    priority: Priority
    guild_id: int
    guild_name: str
    title: str
    text: str
    link: str
    happened_ms: int
    story: str
    delivery_id: UUID
    facts: Sequence[Fact] = ()
    lines: Sequence[str] = ()
    target: str = ""
    earlier: str | None = None
    is_silent: bool = False
    is_repeat: bool = False
    may_have_arrived: bool = False
    mention_role: int | None = None
    stop_link: str | None = None
    report: Report | None = None
