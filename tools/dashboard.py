"""Builds dashboard/dist from dashboard/src, unless nothing has changed since the last build."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from adapters.process.tether import die_with_parent
from tools.standins import ensure_node, node_bin, npm

DASHBOARD = Path(__file__).resolve().parent.parent / "dashboard"
QUIET = ("--no-audit", "--no-fund", "--loglevel=error", "--fetch-retries=1")


def main() -> int:
    """Build what is stale; returns 0 where the page is up to date, also where there is none."""
    if not (DASHBOARD / "package.json").exists():
        return 0
    if not install_packages():
        return 1
    return 0 if build() else 1


def install_packages() -> bool:
    """Run `npm ci`, once per content of the lock file."""
    stamp = DASHBOARD / "node_modules" / ".modwatch-stamp"
    wanted = digest([DASHBOARD / "package.json", DASHBOARD / "package-lock.json"])
    if not is_stamped(stamp, wanted):
        print("installing the dashboard's packages", flush=True)
        ensure_node()
        if not run_npm("ci", *QUIET):
            return False
        stamp.write_text(wanted)
    return True


def build() -> bool:
    """Run the build, once per content of the sources."""
    stamp = DASHBOARD / "dist" / ".modwatch-stamp"
    own = [path for path in DASHBOARD.glob("*") if path.is_file()]
    wanted = digest([*own, *(path for path in (DASHBOARD / "src").rglob("*") if path.is_file())])
    if not is_stamped(stamp, wanted):
        print("building the dashboard", flush=True)
        ensure_node()
        if not run_npm("run", "--silent", "build"):
            return False
        stamp.write_text(wanted)
    return True


def run_npm(*arguments: str) -> bool:
    """Run npm in dashboard/ with its Node first on the PATH; shows what it says where it fails."""
    folder = node_bin()
    if folder is None:
        print("Node 20 or newer is missing and could not be installed", flush=True)
        return False
    environment = os.environ | {"PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"}
    done = subprocess.run(
        [*npm(), *arguments],
        cwd=DASHBOARD,
        env=environment,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=partial(die_with_parent, os.getpid()),
    )
    if done.returncode != 0:
        print(f"--- npm {' '.join(arguments)}\n{done.stdout}", flush=True)
    return done.returncode == 0


def digest(paths: Iterable[Path]) -> str:
    """Return a digest of the names and contents of `paths`."""
    total = hashlib.sha256()
    for path in sorted(paths):
        content = path.read_bytes() if path.exists() else b""
        total.update(f"{path.relative_to(DASHBOARD)} {len(content)}\n".encode() + content)
    return total.hexdigest()


def is_stamped(stamp: Path, wanted: str) -> bool:
    return stamp.exists() and stamp.read_text() == wanted


if __name__ == "__main__":
    die_with_parent()
    sys.exit(main())
