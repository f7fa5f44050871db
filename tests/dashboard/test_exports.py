"""Exports on the page: counted before they are made, watched, taken away whole, and deleted."""

from hashlib import sha256
from pathlib import Path

from tests.dashboard.conftest import Visit
from tests.dashboard.expecting import expect
from tests.dashboard.pages import (
    committed,
    go,
    guild_id,
    ingest,
    make_export,
    toast,
    violation,
    while_time_stands,
    without_live,
)
from tests.servers.made import Made


def test_an_export_is_counted_made_downloaded_and_found_again(found: Visit, stack: Made) -> None:
    page = found()
    guild = guild_id(page)
    ingest(stack, violation(guild, "=1+1"), violation(guild, "another", "low"))
    exports = go(page, "exports")
    expect(exports).to_contain_text("No export in the last 30 days")
    go(page, "violations").get_by_role("combobox", name="Severity").select_option("high")
    page.get_by_role("link", name="Export violations").click()
    sheet = page.locator(".sheet-inner")
    expect(sheet.get_by_label("Severity")).to_have_value("high")
    expect(sheet.locator(".estimate")).to_contain_text("1 row, about")
    sheet.get_by_label("Severity").select_option("")
    expect(sheet.locator(".estimate")).to_contain_text("2 rows, about")
    sheet.get_by_role("radio", name="Excel").check()
    expect(sheet.get_by_role("radio", name="Raw")).to_have_count(0)
    sheet.get_by_role("radio", name="CSV").check()
    sheet.get_by_role("button", name="Make the export").click()
    hash = sheet.locator(".copy code").inner_text()
    with page.expect_download() as begun:
        sheet.get_by_role("link", name="Download").click()
    file = Path(begun.value.path()).read_bytes()
    assert sha256(file).hexdigest() == hash
    assert b"'=1+1" in file
    assert begun.value.suggested_filename == sheet.locator(".facts dd > code").inner_text()
    page.keyboard.press("Escape")
    row = go(page, "exports").locator("tbody tr")
    expect(row).to_contain_text("Violations CSV")
    expect(row).to_contain_text("Ready")
    expect(exports.locator(".note").first).to_contain_text("1 file")


def test_one_is_deleted_unless_it_is_taken_back(found: Visit) -> None:
    page = found()
    sheet, row = make_export(page, "Warnings"), page.locator(".stack-exports tbody tr")
    expect(row).to_have_count(1)
    with while_time_stands(page):
        sheet.get_by_role("button", name="Delete").click()
        expect(row).to_have_count(0)
        toast(page, "deleted").get_by_role("button", name="Undo").click()
        expect(row).to_have_count(1)
    row.locator(".row-link").click()
    sheet.get_by_role("button", name="Make it again").click()
    expect(sheet.get_by_label("What", exact=True)).to_have_value("warnings")
    page.go_back()
    sheet.get_by_role("button", name="Delete").click()
    committed(page, "**/export/*", "DELETE")
    expect(page.locator("#exports")).to_contain_text("No export in the last 30 days")


def test_it_is_seen_to_be_ready_without_live_events_too(found: Visit) -> None:
    page = found()
    without_live(page)
    page.reload()
    page.locator("modwatch-chart canvas").first.wait_for()
    make_export(page, "Health")


def test_who_may_make_none_sees_no_controls(visit: Visit) -> None:
    page = visit(role="viewer")
    refused: list[str] = []
    page.on("response", lambda seen: refused.append(seen.url) if seen.status == 403 else None)
    for section in ("violations", "exports"):
        go(page, section)
    # By where they lead, and within these: notifications have such words and links as well.
    for section in ("violations", "exports"):
        expect(page.locator(f'#{section} a[href^="#export/"]')).to_have_count(0)
    page.goto("/#export/new")
    expect(page.locator(".sheet")).to_contain_text("Moderators and above can make exports")
    assert refused == []
