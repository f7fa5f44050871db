"""Channels on the page: set up with help, tested before they are saved, and a secret shown once."""

from uuid import uuid4

from tests.dashboard.conftest import Visit
from tests.dashboard.expecting import expect
from tests.dashboard.pages import answer, go, toast


def test_a_channel_is_tested_saved_changed_and_removed(found: Visit) -> None:
    page = found()
    settings = go(page, "settings")
    expect(settings).to_contain_text("No channel yet")
    settings.get_by_role("link", name="Add a channel").click()
    sheet = page.locator(".sheet")
    sheet.get_by_label("Kind").select_option("webhook")
    expect(sheet.locator(".steps")).to_contain_text("Give the address that takes POST requests")
    address = sheet.get_by_label("Address")
    address.fill("ftp://hooks.example.org/here")
    sheet.get_by_role("button", name="Send a test").click()
    expect(sheet.locator("#wrong-url")).to_contain_text("https")
    expect(sheet).to_contain_text("Not done. Address: must be")
    address.fill("https://hooks.invalid/here")  # a name that no resolver may know
    sheet.get_by_role("button", name="Send a test").click()
    expect(sheet.locator(".test-result")).to_contain_text("It surely did not arrive")
    sheet.get_by_label("Name").fill("the night shift")
    sheet.get_by_role("button", name="Save the channel").click()
    expect(sheet).to_contain_text("shown this once only")
    expect(sheet.locator(".copy")).to_contain_text("whsec_")
    sheet.get_by_role("button", name="I have it").click()
    sheet.get_by_label("Name").fill("the day shift")
    sheet.get_by_role("button", name="Save", exact=True).click()
    expect(toast(page, "the day shift")).to_be_visible()
    entry = settings.locator(".alerts li")
    expect(entry).to_contain_text("the day shift")
    expect(entry).to_contain_text("********")
    entry.get_by_role("link").click()
    expect(sheet.locator(".copy")).to_have_count(0)
    sheet.get_by_role("button", name="New signing secret").click()
    answer(page, "Make it")
    expect(sheet.locator(".copy")).to_contain_text("whsec_")
    sheet.get_by_role("button", name="Remove").click()
    answer(page, "Remove it")
    expect(settings).to_contain_text("No channel yet")


def test_readers_see_channels_and_change_none(visit: Visit) -> None:
    page = visit(role="viewer")
    settings = go(page, "settings")
    expect(settings.get_by_role("heading", name="Channels")).to_be_visible()
    expect(settings.get_by_role("link", name="Add a channel")).to_have_count(0)


def test_an_address_that_leads_to_nothing_says_so_and_leads_back(visit: Visit) -> None:
    page = visit()
    sheet = page.locator(".sheet")
    for kind, noun, back in (
        ("channel", "channel", "To the channels"),
        ("export", "export", "To the exports"),
        ("schedule", "report", "To the reports"),
        ("why", "notification", "To the notifications"),
    ):
        page.evaluate("hash => { location.hash = hash }", f"{kind}/{uuid4()}")
        expect(sheet).to_contain_text(f"There is no {noun} at this address on this server.")
        sheet.get_by_role("link", name=back).click()
        expect(sheet).to_have_count(0)
