"""Text that a spreadsheet would run as a formula, defused (OWASP, "CSV injection").

A formula starts with a sign, in ASCII or full width, and what does not show may stand before it:
programs strip that. A file that is opened with another separator than its own is cut within cells,
so a sign is as dangerous after a semicolon, a tab or a line break.

The characters are listed here once, as parts of a regular expression.
"""

from __future__ import annotations

import re

SIGNS = "=+-@" + "＝＋－＠" + "﹦﹢﹣﹫" + "−"
SEPARATORS = ";\t\r\n"
_DROPPED = ("\t", "\r", "\n")
# What a program may strip: blanks and controls, marks without a shape, fillers, and quotes, which
# another separator leaves in pairs.
BLANKS = (
    r"\x00-\u0020\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f"
    r"\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0"
    r"\ufff9-\ufffb\U000e0000-\U000e0fff" + '"'
)
_NUMBER = re.compile(r"-?[0-9]{1,19}(\.[0-9]{1,19})?")
_SIGN = re.compile(f"[{re.escape(SIGNS)}]")
# Each run once and whole, so that a text of tabs alone takes no longer than any other.
_RUN = re.compile(f"^[{BLANKS};]*|[{BLANKS};]+")
_SEPARATOR = re.compile(f"([{SEPARATORS}])")


def defused(text: str) -> str:
    """The text with an apostrophe wherever a spreadsheet might take it for a formula.

    In front, and after each separator of a run of blanks and separators before a sign; in front of
    a tab or line break too, since some programs drop it and look again. A number stays, whatever
    its sign.
    """
    if _NUMBER.fullmatch(text):
        return text
    if _SIGN.search(text):
        text = _RUN.sub(_defused_run, text)
    return f"'{text}" if text.startswith(_DROPPED) else text


def _defused_run(run: re.Match[str]) -> str:
    text, end = run.string, run.end()
    if not _SIGN.match(text, end):
        return run[0]
    return ("" if run.start() else "'") + _SEPARATOR.sub(r"\1'", run[0])
