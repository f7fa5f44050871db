"""Events that arrive by themselves, and what happens when they cannot."""

from tests.dashboard.conftest import Visit
from tests.dashboard.expecting import expect
from tests.dashboard.pages import go, guild_id, ingest, live, toast, violation
from tests.servers.made import Made


def test_a_violation_slides_in_without_asking(visit: Visit, stack: Made) -> None:
    page = visit()
    live(page)
    event = violation(guild_id(page), "seen live")
    ingest(stack, event)
    expect(page.locator(f".feed a[href='#violation/{event['id']}']")).to_be_visible()
    notice = page.locator(".toast").filter(has_text="seen live")
    notice.get_by_role("link").click()
    expect(page.locator(".sheet-reason")).to_have_text("seen live")


def test_a_reader_within_the_list_is_not_moved(visit: Visit, stack: Made) -> None:
    page = visit()
    live(page)
    rows = go(page, "violations").locator("tbody tr.row")
    page.mouse.wheel(0, 700)
    expect(rows.first).not_to_be_in_viewport()
    ingest(stack, violation(guild_id(page), "while reading", "low"))
    pill = page.locator(".pill").get_by_role("button")
    expect(pill).to_contain_text("new")
    expect(rows.filter(has_text="while reading")).to_have_count(0)
    pill.click()
    expect(rows.filter(has_text="while reading")).to_be_in_viewport()
    reached = rows.filter(has_text="while reading").get_by_role("link")
    reached.focus()
    ingest(stack, violation(guild_id(page), "above it", "low"))
    expect(rows.filter(has_text="above it")).to_have_count(1)
    expect(reached).to_be_focused()  # Enter opens what was read


def test_a_change_by_somebody_else_is_told(visit: Visit) -> None:
    reader = visit(role="viewer")
    live(reader)
    other = visit(f"/?guild={guild_id(reader)}", role="owner")
    settings = go(other, "settings")
    buffer = settings.get_by_label("Messages in the buffer")
    buffer.fill(str(int(buffer.input_value()) + 1))
    settings.get_by_role("button", name="Save settings").click()
    expect(toast(reader, "The settings were changed")).to_be_visible()
    reader.locator(".bell").click()
    expect(reader.locator(".sheet .notices")).to_contain_text("The settings were changed")
