"""Takes the pictures of a report's mail for docs/screenshots anew, with invented figures.

.venv/bin/python -m tools.report_pictures
"""

from __future__ import annotations

import sys
from base64 import b64encode
from dataclasses import replace

from playwright.sync_api import Browser, sync_playwright

from domain.report_schedules import RunKind
from services.reports.building import drawn
from services.reports.message import picture_within
from services.reports.sample import sample_report
from tools.screenshots import PICTURES, THEMES
from tools.standins import CHROMIUM_ARGS, NO_CHROMIUM, chromium

WIDTHS = {"desktop": 680, "phone": 390}


def main() -> int:
    program = chromium()
    if program is None:
        print(NO_CHROMIUM)
        return 1
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=CHROMIUM_ARGS)
        take_reports(browser)
        browser.close()
    return 0


def take_reports(browser: Browser) -> None:
    """`report-desktop-dark.png` and so on: the whole mail each."""
    page = mail()
    for size, width in WIDTHS.items():
        for theme in THEMES:
            context = browser.new_context(
                viewport={"width": width, "height": 800},
                color_scheme="dark" if theme == "dark" else "light",
            )
            shown = context.new_page()
            shown.set_content(page)
            shown.screenshot(path=PICTURES / f"report-{size}-{theme}.png", full_page=True)
            context.close()


def mail() -> str:
    """As a mail program shows it: the picture comes from the mail itself."""
    sample = sample_report("https://modwatch.example.org/")
    made = drawn(replace(sample, kind=RunKind.SCHEDULED))
    picture = f"data:image/png;base64,{b64encode(made.png).decode()}"
    return picture_within(made.html, picture)


if __name__ == "__main__":
    sys.exit(main())
