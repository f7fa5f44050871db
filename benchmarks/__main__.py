"""`python -m benchmarks [ROW ...]`: measure, show one table, write results/latest.json, compare."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence

from rich.console import Console

from adapters.process.tether import die_with_parent
from benchmarks.compare import Results, changes, table
from benchmarks.databases import databases
from benchmarks.figure import Figure, show
from benchmarks.released import kept, released, results_of, write
from benchmarks.rows import LATER, ROWS
from tools.standins import ensure_postgres


def main() -> None:
    options = argparse.ArgumentParser(prog="make bench")
    options.add_argument("rows", nargs="*", metavar="ROW", help=", ".join([*ROWS, *LATER]))
    wanted = options.parse_args().rows or list(ROWS)
    if unknown := [name for name in wanted if name not in ROWS]:
        options.error(f"no such row, or not built yet: {', '.join(unknown)}")
    die_with_parent(death_signal=signal.SIGTERM)
    # However it is told to end, clusters and servers are ended in order.
    signal.signal(signal.SIGTERM, lambda *_: (_ for _ in ()).throw(SystemExit(143)))
    ensure_postgres()
    before, others = released(), _not_measured(wanted)
    figures: list[Figure] = []
    with databases() as those:
        for name in wanted:
            for figure in ROWS[name](those):
                print(f"{figure.row}, {figure.variant}: {figure.ours}", flush=True)
                figures.append(figure)
                # A row that fails takes no other along.
                write(results_of([*others, *figures], LATER))
    show(figures, LATER if len(wanted) == len(ROWS) else ())
    _show_changes(before, figures)


def _not_measured(wanted: Sequence[str]) -> list[Figure]:
    """What an earlier run found for rows that this one leaves out stays in the file."""
    earlier = kept()
    return [one for one in earlier.figures if one.row not in wanted] if earlier else []


def _show_changes(before: Results | None, figures: Sequence[Figure]) -> None:
    if before is None:
        print("no figures of a release to compare with (benchmarks/results/latest.json)")
        return
    now = results_of(figures, ())
    found = list(changes(before, now))
    where = "" if before.machine == now.machine else ", ratios alone: that was another machine"
    print(f"beyond noise since {before.commit}: {len(found) or 'nothing'}{where}")
    if found:
        Console(width=None if sys.stdout.isatty() else 130).print(table(found))


if __name__ == "__main__":
    main()
