"""Drawing SVG and MJML in a child process: what does it keeps all other threads from running."""

from __future__ import annotations

import subprocess
import sys
from base64 import b64decode
from dataclasses import dataclass
from pathlib import Path

import orjson

CHILD = Path(__file__).with_name("child.py")
DEADLINE_SECONDS = 20.0


class DrawingError(Exception):
    """Nothing was drawn: the child was too slow, died, or did not understand what it was given."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """The picture as PNG, and the mail as HTML."""

    png: bytes
    html: str


def draw_picture(svg: str, zoom: int = 2) -> bytes:
    """A PNG alone. Raises DrawingError."""
    return _drawn(svg, None, zoom).png


def draw(svg: str, mjml: str, zoom: int = 2) -> Drawn:
    """Both in one process that is gone afterwards. Raises DrawingError."""
    return _drawn(svg, mjml, zoom)


def _drawn(svg: str, mjml: str | None, zoom: int) -> Drawn:
    given = orjson.dumps({"svg": svg, "mjml": mjml, "zoom": zoom})
    try:
        child = subprocess.run(
            [sys.executable, "-I", str(CHILD)],
            input=given,
            capture_output=True,
            timeout=DEADLINE_SECONDS,
            env={},
            cwd="/",
            check=True,
        )
        found = orjson.loads(child.stdout)
        return Drawn(b64decode(found["png"], validate=True), str(found["html"]))
    except subprocess.TimeoutExpired as error:
        raise DrawingError("it took too long") from error
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError) as error:
        raise DrawingError(type(error).__name__) from error
