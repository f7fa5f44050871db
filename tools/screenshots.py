"""Takes docs/screenshots anew, of the real page with the demo's servers.

    .venv/bin/python -m tools.screenshots [http://127.0.0.1:8000]

Without an address it starts a `make run` of its own, in a folder that is thrown away.
"""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from adapters.process_tether import die_with_parent
from tools.standins import CHROMIUM_ARGS, chromium

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "screenshots"
SECTIONS = (
    "overview",
    "violations",
    "people",
    "rules",
    "time",
    "moderators",
    "exports",
    "alerts",
    "settings",
    "audit",
)
SIZES: dict[str, ViewportSize] = {
    "desktop": {"width": 1440, "height": 900},
    "phone": {"width": 390, "height": 844},
}
THEMES = ("dark", "light")
# Containers have no /dev/shm to speak of, and nothing here needs a GPU.
UP = "Modwatch is up: "


def main() -> int:
    program = chromium()
    if program is None:
        print("Chromium is missing: install the system package `chromium`")
        return 1
    PICTURES.mkdir(parents=True, exist_ok=True)
    with site(sys.argv[1:]) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=CHROMIUM_ARGS)
        for size in SIZES:
            for theme in THEMES:
                take_all(browser, address, size, theme)
        browser.close()
    print(f"{len(list(PICTURES.glob('*.png')))} pictures in {PICTURES.relative_to(ROOT)}")
    return 0


@contextmanager
def site(arguments: list[str]) -> Iterator[str]:
    """The address to look at: the one given, or that of a run of our own."""
    if arguments:
        yield arguments[0]
        return
    with tempfile.TemporaryDirectory(prefix="modwatch-screenshots-") as folder:
        run = start_run(folder)
        try:
            yield address_of(run)
        finally:
            run.send_signal(signal.SIGINT)
            run.wait()


def start_run(folder: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tools.run"],
        cwd=ROOT,
        env=os.environ | {"MODWATCH_DATA_DIR": folder, "MODWATCH_PORT": "0", "MODWATCH_DEMO": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=partial(die_with_parent, os.getpid(), signal.SIGTERM),
    )


def address_of(run: subprocess.Popen[str]) -> str:
    """Where it is, once it is up; RuntimeError with what it said where it ends before."""
    assert run.stdout is not None
    said = []
    for line in run.stdout:
        said.append(line)
        if line.startswith(UP):
            return line.removeprefix(UP).strip()
    raise RuntimeError("".join(said))


def take_all(browser: Browser, address: str, size: str, theme: str) -> None:
    """Every section and the drawer, in one size and theme."""
    context = browser.new_context(
        base_url=address,
        viewport=SIZES[size],
        color_scheme="dark" if theme == "dark" else "light",
        has_touch=size == "phone",
        device_scale_factor=1,
        reduced_motion="reduce",
        locale="en-GB",
    )
    page = context.new_page()
    page.goto("/")
    page.get_by_role("button", name="Owner").click()
    page.locator("modwatch-chart canvas").first.wait_for()
    page.mouse.move(0, 0)
    change_something(page)
    for section in SECTIONS:
        show(page, section)
        picture(page, section, size, theme)
    link = page.locator("#people .stack-warnings .row-link").first
    page.evaluate("hash => { location.hash = hash }", link.get_attribute("href"))
    page.locator(".sheet .history").wait_for()
    picture(page, "member", size, theme)
    context.close()


def change_something(page: Page) -> None:
    """So that there is an audit log to show; the demo's servers are invented, and so is this."""
    guild_id = page.get_by_role("combobox", name="Server").input_value()
    here = {"Origin": page.evaluate("location.origin")}
    server = f"/api/v1/servers/{guild_id}"
    for threshold in (12, 8):
        page.request.put(f"{server}/config", data={"buffer_threshold": threshold}, headers=here)
    token = {"name": "Weekly report", "kind": "api", "role": "viewer", "expires_days": 90}
    if not page.request.get(f"{server}/tokens").json()["tokens"]:
        page.request.post(f"{server}/tokens", data=token, headers=here)


def show(page: Page, section: str) -> None:
    """Go to a section, and wait until it and what stands above it are read."""
    page.evaluate("section => { location.hash = section }", section)
    expect(page.locator(f"#{section} [aria-busy=true]")).to_have_count(0)
    expect(page.locator(f".sections a[href='#{section}'][aria-current]")).to_have_count(1)


def picture(page: Page, name: str, size: str, theme: str) -> None:
    """Save what is seen; the README's two pictures have names of their own."""
    path = PICTURES / f"{name}-{size}-{theme}.png"
    page.screenshot(path=path)
    if name == "overview" and theme == "dark":
        alias = "overview.png" if size == "desktop" else "phone.png"
        (PICTURES / alias).write_bytes(path.read_bytes())


if __name__ == "__main__":
    die_with_parent()
    sys.exit(main())
