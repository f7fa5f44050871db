"""`make lint`: every check that needs no running code; all of them run, one failure fails it."""

import os
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from tools import dashboard

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
MOST_LINES = 300
HISTORY = ROOT / "models" / "migrations" / "versions"  # is not changed any more
CHECKS = (
    ("ruff", "check", "--quiet"),
    ("ruff", "format", "--check", "--quiet"),
    ("mypy", "."),
    ("lint-imports",),
)


def main() -> int:
    """Run every check; returns how many failed."""
    failed = [name for name, *arguments in CHECKS if not passes(name, *arguments)]
    if not migrations_are_in_line(HISTORY):
        failed.append("migrations")
    if not files_are_short(own_files()):
        failed.append("files")
    if dashboard.DASHBOARD.exists() and not lints_dashboard():
        failed.append("prettier or eslint")
    print(f"lint: {', '.join(failed)} failed" if failed else "lint: everything passes", flush=True)
    return len(failed)


def passes(name: str, *arguments: str) -> bool:
    """Run one program of the venv, and show what it says only where it fails."""
    command = [str(BIN / name), *arguments]
    # import-linter looks for the packages of clients/ where Python does.
    environment = os.environ | {"PYTHONPATH": "clients"}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True
    )
    if done.returncode != 0:
        print(f"--- {name}\n{done.stdout}{done.stderr}", flush=True)
    return done.returncode == 0


def migrations_are_in_line(folder: Path) -> bool:
    """Whether each migration follows another: of two that were written at once, one has to wait."""
    told = "\n".join(path.read_text() for path in folder.glob("*.py"))
    names = re.findall(r'^revision = "(\w+)"', told, re.MULTILINE)
    before = re.findall(r'^down_revision = "(\w+)"', told, re.MULTILINE)
    twice = {name for name in names + before if names.count(name) > 1 or before.count(name) > 1}
    if twice:
        print(f"--- migrations\ntwo migrations are called or follow {sorted(twice)}", flush=True)
    return not twice and len(before) == len(names) - 1


def own_files() -> list[Path]:
    """What is read and changed: Python of every top-level folder, and the page's scripts."""
    folders = [path for path in ROOT.iterdir() if (path / "__init__.py").exists()]
    found = [path for folder in folders for path in folder.rglob("*.py")]
    found += (ROOT / "clients").rglob("*.py")
    found += (dashboard.DASHBOARD / "src").rglob("*.js")
    return [path for path in found if HISTORY not in path.parents]


def files_are_short(paths: Iterable[Path]) -> bool:
    """Whether none has outgrown what can be read at a sitting: the day it does, it is split."""
    lines = {path: path.read_bytes().count(b"\n") for path in paths}
    long = [f"{path}: {count} lines" for path, count in lines.items() if count > MOST_LINES]
    if long:
        print(f"--- files of more than {MOST_LINES} lines", *sorted(long), sep="\n", flush=True)
    return not long


def lints_dashboard() -> bool:
    return dashboard.install_packages() and dashboard.run_npm("run", "--silent", "lint")


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main())
