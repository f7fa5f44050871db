"""Scheduled reports on the page: planned with the preview beside, run, changed by two, removed."""

from playwright.sync_api import Page

from tests.dashboard.conftest import Visit
from tests.dashboard.expecting import expect
from tests.dashboard.pages import answer, go, guild_id, hide_changes, show_changes, toast
from tests.servers.made import Made

MADE_WITHIN_MS = 180_000  # a process is started for it, which draws
NOWHERE = "https://hooks.invalid/here"  # a name that no resolver may know


def plan(page: Page, name: str) -> None:
    go(page, "exports").get_by_role("link", name="Plan a report").click()
    sheet = page.locator(".sheet-inner")
    sheet.get_by_label("Name", exact=True).fill(name)
    sheet.get_by_label("How often").select_option("Monthly")
    sheet.get_by_label("On day").select_option("31")
    sheet.get_by_label("By the clock of").select_option("Asia/Tokyo")
    sheet.get_by_role("button", name="Take it off").click()
    sheet.get_by_label("Send it somewhere else as well").select_option("A webhook of yours")


def test_a_report_is_looked_at_planned_run_changed_and_removed(found: Visit, stack: Made) -> None:
    page = found()
    plan(page, "for the board")
    sheet = page.locator(".sheet-inner")
    mail = sheet.frame_locator("iframe")
    expect(mail.get_by_text("This is a preview: it was sent to nobody.")).to_be_visible()
    runs = sheet.locator(".runs-next tbody tr")
    expect(runs.first).to_contain_text("+09:00")
    expect(runs).to_have_count(5)
    sheet.get_by_role("button", name="Text", exact=True).click()
    expect(sheet.locator(".preview-text")).to_contain_text("Monthly report")
    sheet.get_by_role("button", name="Picture").click()
    page.wait_for_function("() => document.querySelector('.preview-picture')?.width > 300")
    address = sheet.get_by_label("A webhook of yours")
    address.fill("ftp://nowhere")
    sheet.get_by_role("button", name="Plan the report").click()
    expect(sheet.locator(".target .field-error")).to_contain_text("http")
    address.fill(NOWHERE)
    sheet.get_by_role("button", name="Plan the report").click()
    expect(sheet.get_by_role("button", name="Run now")).to_be_visible()
    assert NOWHERE not in address.input_value()  # masked
    sheet.get_by_role("button", name="Run now").click()
    expect(sheet.locator(".run-targets")).to_contain_text(
        "There is no host of this name", timeout=MADE_WITHIN_MS
    )
    see_another_change(page, stack)
    sheet.get_by_role("button", name="Pause").click()
    expect(sheet.locator(".preview")).to_contain_text("Preview")
    row = page.locator(".stack-reports tbody tr")
    expect(row).to_contain_text("Paused")
    sheet.get_by_role("button", name="Remove", exact=True).click()
    answer(page, "Remove it")
    expect(page.locator("#exports")).to_contain_text("No report is planned")
    see_it_in_the_audit_log(page)


def see_it_in_the_audit_log(page: Page) -> None:
    """In the words of its form."""
    entry = go(page, "audit").locator("tbody tr").filter(has_text="Planned a report")
    for words in (
        "a report that is gone",
        "name: for the board",
        "runs: On day 31 or the last of the month at 08:00, Asia/Tokyo",
        "goes to: a webhook",
    ):
        expect(entry).to_contain_text(words)
    expect(entry).not_to_contain_text("run_once")


def see_another_change(page: Page, stack: Made) -> None:
    """Somebody else changes it while one types: that is told, and nothing of either is lost."""
    base = f"/api/v1/servers/{guild_id(page)}/schedules"
    (report,) = page.request.get(base).json()["schedules"]
    sheet = page.locator(".sheet-inner")
    sheet.get_by_label("Name", exact=True).fill("for all")
    hide_changes(page, "schedules", "Exports")
    other = {"hour": 5, "version": report["version"]}
    url = f"{base}/{report['id']}"
    assert page.request.patch(url, data=other, headers={"Origin": stack.url}).ok
    sheet.get_by_role("button", name="Save", exact=True).click()
    expect(sheet.get_by_role("alert")).to_contain_text("somebody changed this report meanwhile")
    show_changes(page, "schedules")
    expect(sheet.get_by_label("At", exact=True)).to_have_value("05:00")
    expect(sheet.get_by_label("Name", exact=True)).to_have_value("for all")
    sheet.get_by_role("button", name="Save", exact=True).click()
    expect(toast(page, "for all")).to_be_visible()


def test_readers_see_reports_and_change_none(visit: Visit) -> None:
    page = visit(role="viewer")
    exports = go(page, "exports")
    expect(exports.get_by_role("heading", name="Scheduled reports")).to_be_visible()
    expect(exports.get_by_role("link", name="Plan a report")).to_have_count(0)
    page.goto("/#schedule/new")
    expect(page.locator(".sheet-inner")).to_contain_text("Admins and owners can plan reports")
