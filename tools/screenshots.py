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
from threading import Thread

from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from adapters.process.tether import die_with_parent
from tools.standins import CHROMIUM_ARGS, NO_CHROMIUM, chromium

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
PATIENCE_MS = 60_000
EXPORTS = (
    {"export_type": "rule_effectiveness", "format": "json", "period": "month"},
    {"export_type": "top_offenders", "format": "xlsx"},
    {"export_type": "violations", "format": "csv", "filters": {"severity": "high"}},
)
REPORT = {
    "name": "Monday morning",
    "export_types": ["violations", "top_offenders"],
    "format": "xlsx",
    "cadence": "weekly",
    "weekday": 1,
    "hour": 8,
    "timezone": "Europe/Berlin",
    "delivery": [{"kind": "email", "addresses": ["mods@example.org"]}],
}
# Told only of what nobody looks after for half an hour, so nothing is ever sent there.
CHANNEL = {
    "kind": "webhook",
    "name": "On call",
    "settings": {"url": "https://hooks.example.org/on-call"},
    "after_minutes": 30,
    "threshold": "critical",
}
# Containers have no /dev/shm to speak of, and nothing here needs a GPU.
UP = "Modwatch is up: "
# Reports can be planned; where nobody listens, nothing is sent.
MAIL = {"MODWATCH_SMTP_URL": "smtp://127.0.0.1:9"}


def main() -> int:
    program = chromium()
    if program is None:
        print(NO_CHROMIUM)
        return 1
    PICTURES.mkdir(parents=True, exist_ok=True)
    expect.set_options(timeout=PATIENCE_MS)
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
            run.terminate()  # SIGINT is ignored by what a shell began in its background
            run.wait()


def start_run(folder: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tools.run"],
        cwd=ROOT,
        env=os.environ
        | {"MODWATCH_DATA_DIR": folder, "MODWATCH_PORT": "0", "MODWATCH_DEMO": "1"}
        | MAIL,
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
            # What it says from now on is read by nobody: it must not wait for that.
            Thread(target=run.stdout.read, daemon=True).start()
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
    page.reload()  # what the corner said of that lies over the pictures
    page.locator("modwatch-chart canvas").first.wait_for()
    for section in SECTIONS:
        show(page, section)
        picture(page, section, size, theme)
    link = page.locator("#people .stack-warnings .row-link").first
    page.evaluate("hash => { location.hash = hash }", link.get_attribute("href"))
    page.locator(".sheet .history").wait_for()
    picture(page, "member", size, theme)
    page.keyboard.press("Escape")
    page.locator("#time .raids .row-link").first.click()
    page.locator(".sheet .raid-figures").wait_for()
    picture(page, "incident", size, theme)
    take_sheets(page, size, theme)
    context.close()


def take_sheets(page: Page, size: str, theme: str) -> None:
    """A new export, and a report with its preview."""
    page.evaluate("location.hash = 'export/violations'")
    expect(page.locator(".sheet .estimate strong")).to_have_count(2)
    picture(page, "export", size, theme)
    report = page.locator(".stack-reports .row-link").first.get_attribute("href")
    page.evaluate("hash => { location.hash = hash }", report)
    mail = page.frame_locator(".preview-mail")
    mail.get_by_text("This is a preview").wait_for(state="attached")
    picture(page, "schedule", size, theme)
    take_alert(page, size, theme)


def take_alert(page: Page, size: str, theme: str) -> None:
    """The notifications, an alert with its trail, and a channel."""
    page.evaluate("location.hash = 'happened'")
    page.locator(".sheet .notices li").first.wait_for()
    picture(page, "notifications", size, theme)
    for name, link, there in (
        ("alert", "#alerts a[href^='#alert/']", ".sheet .trail"),
        ("channel", "#settings a[href^='#channel/']:not([href$=new])", ".sheet .form"),
    ):
        place = page.locator(link).first.get_attribute("href")
        page.evaluate("hash => { location.hash = hash }", place)
        page.locator(there).first.wait_for()
        picture(page, name, size, theme)


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
    raise_alarm(page, server, here)
    take_away(page, server, here)


def raise_alarm(page: Page, server: str, here: dict[str, str]) -> None:
    """An alert that somebody looks after, by a threshold which no health score reaches."""
    if not page.request.get(f"{server}/channels").json()["channels"]:
        page.request.post(f"{server}/channels", data=CHANNEL, headers=here)
    wished = {"thresholds": {"health_score": 100}}
    page.request.put(f"{server}/notification-preferences", data=wished, headers=here)
    show(page, "alerts")
    page.locator("#alerts a[href^='#alert/']").first.wait_for()
    for alert in page.request.get(f"{server}/alerts?state=open").json()["alerts"]:
        address = f"{server}/alerts/{alert['id']}/acknowledge"
        page.request.post(address, data={}, headers=here)


def take_away(page: Page, server: str, here: dict[str, str]) -> None:
    """Exports that are ready, and a report that is planned; nobody is sent anything."""
    if not page.request.get(f"{server}/export/history").json()["exports"]:
        for export in EXPORTS:
            page.request.post(f"{server}/export", data=export, headers=here)
    if not page.request.get(f"{server}/schedules").json()["schedules"]:
        page.request.post(f"{server}/schedules", data=REPORT, headers=here)
    show(page, "exports")
    ready = page.locator(".stack-exports").get_by_role("link", name="Download")
    expect(ready).to_have_count(len(EXPORTS))


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
