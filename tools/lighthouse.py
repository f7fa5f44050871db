"""What Lighthouse says of the page on a phone, logged in, with the demo's history of 30 days.

    .venv/bin/python -m tools.lighthouse [http://127.0.0.1:8000]

Without an address it starts a `make run` of its own, in a folder that is thrown away. Prints the
median of three runs per category; the exit code is 1 where one is below 95 or the layout shifts.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from adapters.process.tether import die_with_parent
from tools.screenshots import ROOT, site
from tools.standins import CHROMIUM_ARGS, NO_CHROMIUM, chromium, ensure_node, node_bin, npm

VERSION = "12.8.2"
FOLDER = ROOT / "var" / "lighthouse"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
FIGURES = {
    "first-contentful-paint": "First paint with content",
    "largest-contentful-paint": "Largest paint",
    "total-blocking-time": "Blocked",
    "speed-index": "Speed index",
    "cumulative-layout-shift": "Layout shift",
    "total-byte-weight": "Bytes over the network",
}
RUNS = 3
LOWEST = 95
# Lighthouse slows the processor down fourfold, which imitates a phone only from about here on.
QUIET_INDEX = 1000
Report = dict[str, Any]


def main() -> int:
    if chromium() is None:
        print(NO_CHROMIUM)
        return 1
    install()
    with site(sys.argv[1:]) as address, logged_in(address) as port:
        reports = [measure(f"{address}/?period=month", port) for _ in range(RUNS)]
    return 0 if tell(reports) else 1


def install() -> None:
    """Lighthouse of VERSION in var/, unless it is there: too large to be in every checkout."""
    package = FOLDER / "node_modules" / "lighthouse" / "package.json"
    if package.exists() and json.loads(package.read_text())["version"] == VERSION:
        return
    ensure_node()
    FOLDER.mkdir(parents=True, exist_ok=True)
    print(f"installing lighthouse {VERSION}", flush=True)
    quiet = ("--no-audit", "--no-fund", "--no-save", "--loglevel=error")
    command = [*npm(), "install", *quiet, f"lighthouse@{VERSION}"]
    subprocess.run(command, cwd=FOLDER, check=True, env=environment())


def environment() -> dict[str, str]:
    return os.environ | {"PATH": f"{node_bin()}{os.pathsep}{os.environ.get('PATH', '')}"}


@contextmanager
def logged_in(address: str) -> Iterator[int]:
    """The debugging port of a browser that has entered the demo as its owner."""
    with tempfile.TemporaryDirectory() as profile, sync_playwright() as playwright:
        browser = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=chromium(),
            args=[*CHROMIUM_ARGS, "--remote-debugging-port=0"],
        )
        page = browser.pages[0]
        page.goto(address)
        page.get_by_role("button", name="Owner").click()
        page.locator("modwatch-chart canvas").first.wait_for()
        page.goto("about:blank")
        yield int((Path(profile) / "DevToolsActivePort").read_text().splitlines()[0])
        browser.close()


def measure(address: str, port: int) -> Report:
    """One run, with the phone and network that Lighthouse imitates unless told otherwise."""
    program = FOLDER / "node_modules" / "lighthouse" / "cli" / "index.js"
    options = ("--quiet", "--output=json", f"--port={port}")
    done = subprocess.run(
        ["node", str(program), address, *options],
        check=False,
        capture_output=True,
        text=True,
        env=environment(),
    )
    if done.returncode != 0:
        raise RuntimeError(f"Lighthouse failed:\n{done.stderr[-2000:]}")
    report: Report = json.loads(done.stdout)
    if "guild=" not in report["finalDisplayedUrl"]:  # it shows the server only to who is logged in
        raise RuntimeError(f"Lighthouse was not logged in at {address}")
    return report


def tell(reports: list[Report]) -> bool:
    """Print the medians; whether they are good enough."""
    scores = {name: median(reports, "categories", name, "score") * 100 for name in CATEGORIES}
    for name, score in scores.items():
        print(f"{name:<26}{score:.0f}")
    for audit, name in FIGURES.items():
        print(f"{name:<26}{reports[0]['audits'][audit]['numericUnit']:<12}", end="")
        print(f"{median(reports, 'audits', audit, 'numericValue'):.4g}")
    speed = median(reports, "environment", "benchmarkIndex")
    print(f"{'This machine':<26}{'index':<12}{speed:.0f}")
    if speed < QUIET_INDEX:
        print("- This machine is slow or busy: the scores for performance speak of that")
    for complaint in complaints(reports[0]):
        print(f"- {complaint}")
    shift = median(reports, "audits", "cumulative-layout-shift", "numericValue")
    return min(scores.values()) >= LOWEST and shift == 0


def median(reports: list[Report], *path: str) -> float:
    values = []
    for report in reports:
        value: Any = report
        for step in path:
            value = value[step]
        values.append(float(value))
    return statistics.median(values)


def complaints(report: Report) -> list[str]:
    """The audits that cost points."""
    weighed = {
        entry["id"]
        for name in CATEGORIES
        for entry in report["categories"][name]["auditRefs"]
        if entry["weight"] > 0
    }
    audits = (report["audits"][name] for name in sorted(weighed))
    return [
        f"{audit['title']} ({audit['score']:.2f})"
        for audit in audits
        if audit["score"] is not None and audit["score"] < 1
    ]


if __name__ == "__main__":
    die_with_parent()
    sys.exit(main())
