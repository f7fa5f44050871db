"""`doctor`: a command by itself, without a group."""

from __future__ import annotations

import sys

from flask.cli import with_appcontext
from rich.table import Table

from api.cli.group import FOUND_SOMETHING, Command
from api.cli.table import plain, print_table
from api.http.extension import parts
from services.operations.doctor import examine
from services.operations.findings import Verdict

MARKS = {Verdict.WELL: "ok", Verdict.ADVICE: "better", Verdict.WRONG: "WRONG"}


@with_appcontext
def look() -> None:
    """Exit 1 where something is wrong; advice alone is no reason to page."""
    table = Table("", "about", "what", "what to do")
    found = list(examine(parts()))
    for one in found:
        table.add_row(MARKS[one.verdict], one.subject, plain(one.words), one.remedy)
    print_table(table)
    if any(one.verdict is Verdict.WRONG for one in found):
        sys.exit(FOUND_SOMETHING)


group = Command("doctor", callback=look, examples=["modwatch doctor"])
