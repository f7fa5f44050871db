"""What a report is made of once it is built: kept as bytes, the same for every target and try."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from domain.messages import Fact

# Of what is kept, so that a later Modwatch knows what it reads.
FORMAT = 1
# Content-ID of the picture within its mail, and the address of the stop link until it is sent:
# both with a quote before them, which no text of others has unescaped.
PICTURE_ID = "chart@modwatch"
STOP_ADDRESS = "#stop-this-report"


class UnreadableContentError(Exception):
    """Bytes that are no report of this Modwatch or an earlier one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFile:
    """The rows of a report. `why_not` is empty where the file itself goes along.

    link  where a person who may finds it, download where a program fetches it
    """

    export_id: UUID
    name: str
    media_type: str
    rows: int
    size_bytes: int
    sha256: str
    link: str
    download: str
    why_not: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """`document` is for programs; `html` and `text` are the mail's, with STOP_ADDRESS in them."""

    title: str
    text: str
    link: str
    facts: Sequence[Fact]
    lines: Sequence[str]
    mail_text: str
    html: str
    png: bytes
    picture_words: str
    document: dict[str, Any]
    files: Sequence[ReportFile] = ()
    format: int = FORMAT


def encoded(content: Content) -> bytes:
    return zlib.compress(msgspec.json.encode(content))


def decoded(content: bytes) -> Content:
    """Raises UnreadableContentError."""
    try:
        return msgspec.json.decode(zlib.decompress(content), type=Content)
    except (zlib.error, msgspec.MsgspecError) as error:
        raise UnreadableContentError(str(error)) from error
