"""`make lint`: every check that needs no running code; all of them run, one failure fails it."""

import os
import subprocess
import sys
from pathlib import Path

from tools import dashboard

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
CHECKS = (
    ("ruff", "check", "--quiet"),
    ("ruff", "format", "--check", "--quiet"),
    ("mypy", "."),
    ("lint-imports",),
)


def main() -> int:
    """Run every check; returns how many failed."""
    failed = [name for name, *arguments in CHECKS if not passes(name, *arguments)]
    if dashboard.DASHBOARD.exists() and not lints_dashboard():
        failed.append("eslint")
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


def lints_dashboard() -> bool:
    return dashboard.install_packages() and dashboard.run_npm("run", "--silent", "lint")


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main())
