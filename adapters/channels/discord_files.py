"""A message with files for Discord: https://docs.discord.com/developers/reference#uploading-files"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import orjson

from adapters.channels.discord_message import link_button
from adapters.channels.wording import fitted
from domain.messages import Enclosed, Report

MOST_BYTES = 8_000_000  # of all files of a message: what every server takes
MOST_LABEL, MOST_BUTTONS = 80, 5
PICTURE = "chart.png"


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    media_type: str
    words: str
    content: bytes


def form(body: dict[str, Any], report: Report) -> tuple[bytes, dict[str, str]]:
    """The body of the request and its headers: the picture in the embed, the files beside it.

    A file that does not go along, or does not fit any more, has a button instead.
    """
    files = list(_fitting(report))
    names = {file.name for file in files}
    others = [file for file in report.files if file.name not in names]
    shown = _with_picture(body) | {
        "components": _with_links(body, others),
        "attachments": [
            {"id": str(place), "filename": file.name, "description": file.words}
            for place, file in enumerate(files)
        ],
    }
    boundary = uuid4().hex
    parts = [_part(boundary, 'name="payload_json"', "application/json", orjson.dumps(shown))]
    for place, file in enumerate(files):
        named = f'name="files[{place}]"; filename="{file.name}"'
        parts.append(_part(boundary, named, file.media_type, file.content))
    content = b"".join([*parts, f"--{boundary}--\r\n".encode()])
    return content, {"Content-Type": f"multipart/form-data; boundary={boundary}"}


def _with_picture(body: dict[str, Any]) -> dict[str, Any]:
    embed, *others = body["embeds"]
    pictured = embed | {"image": {"url": f"attachment://{PICTURE}"}}
    return body | {"embeds": [pictured, *others]}


def _with_links(body: dict[str, Any], files: Sequence[Enclosed]) -> list[dict[str, Any]]:
    """In the row that has the button to Modwatch."""
    row, *others = body["components"]
    links = [link_button(fitted(f"Get {file.name}", MOST_LABEL), file.link) for file in files]
    return [row | {"components": [*row["components"], *links][:MOST_BUTTONS]}, *others]


def _fitting(report: Report) -> Iterator[_File]:
    yield _File(PICTURE, "image/png", report.picture_words, report.png)
    room = MOST_BYTES - len(report.png)
    for file in report.files:
        if file.size_bytes <= room and (content := file.read()) is not None:
            room -= file.size_bytes
            yield _File(file.name, file.media_type, "The rows of this report", content)


def _part(boundary: str, named: str, media_type: str, content: bytes) -> bytes:
    head = (
        f"--{boundary}\r\nContent-Disposition: form-data; {named}\r\n"
        f"Content-Type: {media_type}\r\n\r\n"
    )
    return head.encode() + content + b"\r\n"
