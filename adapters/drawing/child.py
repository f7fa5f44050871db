"""The child process of adapters/drawing/draw.py: by standard input and output.

It runs with `python -I` and an empty environment and imports nothing of Modwatch.
"""

from __future__ import annotations

import json
import sys
from base64 import b64encode
from pathlib import Path

FONTS = Path(__file__).with_name("fonts")


def main() -> None:
    """Read `{svg, mjml, zoom}`; write `{png, html}`, the picture in base64. No mail without one."""
    given = json.load(sys.stdin)
    answers = sys.stdout
    sys.stdout = sys.stderr  # where libraries may write what they like
    picture = b64encode(png(given["svg"], given["zoom"])).decode()
    mjml = given["mjml"]
    json.dump({"png": picture, "html": "" if mjml is None else html(mjml)}, answers)


def png(svg: str, zoom: int) -> bytes:
    """Without the fonts of the system: the same bytes on every machine."""
    import resvg_py

    files = [str(file) for file in sorted(FONTS.glob("*.otf"))]
    # A font that is missing would draw no text, and say nothing of it.
    if not files:
        raise FileNotFoundError(FONTS)
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg,
            zoom=zoom,
            skip_system_fonts=True,
            font_files=files,
            resources_dir=str(FONTS),
        )
    )


def html(mjml: str) -> str:
    """Comments stay, since Outlook reads them; no fonts and no files are fetched."""
    from mjml import mjml2html

    return str(mjml2html(mjml, fonts={}))


if __name__ == "__main__":
    main()
