"""Since your last visit: one line in the morning, gone when read, wherever it was read."""

import sqlite3
from contextlib import closing

import pytest
from playwright.sync_api import Page, ViewportSize

from tests.dashboard.conftest import Visit
from tests.dashboard.expecting import expect
from tests.dashboard.pages import DESKTOP, PHONE, guild_id, ingest, live
from tests.dashboard.test_accessible import complaints_of_axe
from tests.dashboard.test_incident import raid
from tests.servers.made import Made

AWAY_MS = 9 * 3_600_000


def was_away(page: Page, stack: Made) -> None:
    """As if whoever looked at this server had done so last evening."""
    with page.expect_response("**/visit"):
        page.reload()
    with closing(sqlite3.connect(stack.data_dir / "modwatch.db", timeout=30)) as database:
        moved = database.execute(
            "UPDATE visits SET seen_ms = seen_ms - ? WHERE guild_id = ?", (AWAY_MS, guild_id(page))
        ).rowcount
        database.commit()
    assert moved == 1


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_what_happened_is_one_line_until_it_was_read(
    found: Visit, stack: Made, viewport: ViewportSize
) -> None:
    page = found(viewport=viewport)
    live(page)
    line = page.locator("#overview .since")
    was_away(page, stack)
    expect(line).to_have_count(0)
    ingest(stack, *raid(guild_id(page)))
    expect(page.locator(".raid-bar")).to_be_visible()
    page.reload()
    expect(line).to_contain_text("1 raid")
    line.click()
    sheet = page.locator("dialog.sheet")
    expect(sheet.locator(".raids li")).to_contain_text("60 violations by 24 members")
    assert complaints_of_axe(page, within=".sheet") == []
    page.keyboard.press("Escape")
    expect(line).to_have_count(0)
    with page.expect_response("**/visit") as told:
        page.reload()
    assert told.value.json() == {"since": None, "meanwhile": None}
