"""`python -m benchmarks [ROW ...]`: measure, show one table, write results/latest.json."""

from __future__ import annotations

import argparse
import os
import platform
import signal
import time
from pathlib import Path

import msgspec

from adapters.process_tether import die_with_parent
from benchmarks.databases import databases
from benchmarks.figure import Figure, show
from benchmarks.rows import LATER, ROWS
from tools.standins import ensure_postgres

RESULTS = Path(__file__).parent / "results" / "latest.json"


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
    figures: list[Figure] = []
    with databases() as those:
        for name in wanted:
            for figure in ROWS[name](those):
                print(f"{figure.row}, {figure.variant}: {figure.ours}", flush=True)
                figures.append(figure)
                _write(figures)  # a row that fails takes no other along
    show(figures, LATER if len(wanted) == len(ROWS) else ())


def _write(figures: list[Figure]) -> None:
    machine = {
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
    }
    made = {"made_at": int(time.time()), **machine, "figures": figures, "not_built_yet": LATER}
    RESULTS.write_bytes(msgspec.json.format(msgspec.json.encode(made), indent=2))


if __name__ == "__main__":
    main()
