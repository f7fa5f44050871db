"""What everybody does: looking, in each section; and taking the violations away as a file."""

from datetime import UTC, datetime, timedelta
from math import floor
from pathlib import Path

from playwright.sync_api import Locator

from tests.dashboard.crew import Scene, Task
from tests.dashboard.expecting import expect
from tests.dashboard.pages import Event, event, live, rfc3339, violation

# The penalties and the score of one moment: new figures may come while one looks.
SCORE = """each => [
  [...each.querySelectorAll('.penalty .number')].map((cost) => cost.innerText),
  each.querySelector('.ring-text strong').innerText,
]"""


def period(scene: Scene, name: str) -> Locator:
    return scene.page.get_by_role("button", name=name, exact=True)


def busy_server(scene: Scene) -> None:
    guild = scene.crew.guild
    acted: Event = {"moderator_id": scene.member, "response_time_ms": 9_000}
    scene.happened(
        event(guild, "messages", count=500),
        event(guild, "user", user_id=scene.member, username=scene.words),
        violation(guild, "seen by a moderator") | acted,
        violation(guild, "seen by a moderator", action_taken="Warned") | acted,
    )


def see_the_week(scene: Scene) -> None:
    expect(period(scene, "Week")).to_have_attribute("aria-pressed", "true")
    health = scene.at("overview").get_by_role("article", name="Health", exact=True)
    expect(health).to_contain_text("Last 7 days")
    costs, score = health.evaluate(SCORE)
    points = [float(each.replace("−", "").partition(" of")[0]) for each in costs]
    assert len(points) == 3
    assert sum(points) > 0
    assert abs(int(score) - floor(100 - sum(points))) <= 1, "each penalty is rounded by itself"


def choose_the_last_days(scene: Scene) -> None:
    span(scene).click()
    switch = scene.page.locator("#time").get_by_role("button", name="Show as table")
    if switch.get_attribute("aria-pressed") == "false":
        switch.click()


def span(scene: Scene) -> Locator:
    return scene.page.locator("#time").get_by_role("button", name="7 days")


def see_the_days(scene: Scene) -> None:
    expect(span(scene)).to_have_attribute("aria-pressed", "true")
    table = scene.at("time").get_by_role("region", name="Violations by day and hour")
    heat = scene.crew.ask(scene.role, "GET", "temporal-analytics?period=week").json()["heatmap"]
    expect(table.locator("tbody tr")).to_have_count(len(heat))


def see_who_acted(scene: Scene) -> None:
    table = scene.at("moderators").get_by_role("article", name="Who acted")
    expect(table).to_contain_text("Last 7 days")
    row = table.locator("tbody tr").filter(has_text=scene.words)
    expect(row).to_contain_text("2 actions 1 warning, 1 kick")


def made(scene: Scene) -> Locator:
    """Only this scene makes one of violations found for its member."""
    return scene.page.locator(".stack-exports tbody tr").filter(has_text=f"member {scene.member}")


def make_link(scene: Scene) -> Locator:
    return scene.page.locator("#exports").get_by_role("link", name="Make an export")


def take_away(scene: Scene) -> None:
    make_link(scene).click()
    sheet = scene.page.locator(".sheet-inner")
    sheet.get_by_text("Filters").click()
    sheet.get_by_label("Member’s id").fill(scene.member)
    sheet.get_by_label("Member’s id").press("Tab")
    sheet.get_by_role("button", name="Make the export").click()
    with scene.page.expect_download() as begun:
        sheet.get_by_role("link", name="Download").click()
    assert "user_id" in Path(begun.value.path()).read_text()
    scene.page.keyboard.press("Escape")


def reach_the_log(scene: Scene) -> None:
    scene.at("audit" if scene.role in ("admin", "owner") else "exports")


def log_link(scene: Scene) -> Locator:
    return scene.page.locator("#audit").get_by_role("link", name="Export the audit log")


def take_the_log(scene: Scene) -> None:
    scene.at("audit")
    log_link(scene).click()
    sheet = scene.page.locator(".sheet-inner")
    sheet.get_by_role("button", name="Make the export").click()
    expect(sheet.get_by_role("link", name="Download")).to_be_visible()
    scene.page.keyboard.press("Escape")


def see_the_log_taken(scene: Scene) -> None:
    rows = scene.page.locator(".stack-exports tbody tr").filter(has_text="Audit log")
    expect(rows.first.get_by_role("link", name="Download")).to_be_visible()


def reach_notices(scene: Scene) -> None:
    scene.at("alerts")
    live(scene.page)
    # Of another hour than what the other tasks make happen, which is told together.
    earlier = rfc3339(datetime.now(UTC) - timedelta(hours=3))
    scene.happened(violation(scene.crew.guild, scene.words, "low", timestamp=earlier))
    expect(notices(scene).locator(".unread").filter(has_text=scene.words)).to_be_visible()


def notices(scene: Scene) -> Locator:
    return scene.page.locator("#alerts")


def mark_all(scene: Scene) -> Locator:
    return notices(scene).get_by_role("button", name="Mark all as read")


def see_nothing_unread(scene: Scene) -> None:
    entry = notices(scene).locator(".notices li").filter(has_text=scene.words)
    expect(entry).to_be_visible()
    expect(notices(scene).locator(".unread").filter(has_text=scene.words)).to_have_count(0)


READING = (
    Task(
        "overview: change the period",
        "viewer",
        prepare=busy_server,
        reach=lambda scene: scene.at("overview"),
        control=lambda scene: period(scene, "Week"),
        act=lambda scene: period(scene, "Week").click(),
        shown=see_the_week,
    ),
    Task(
        "time: the last days",
        "viewer",
        reach=lambda scene: scene.at("time"),
        control=span,
        act=choose_the_last_days,
        shown=see_the_days,
    ),
    Task(
        "moderators: who acted in the period chosen",
        "viewer",
        prepare=busy_server,
        reach=lambda scene: scene.at("moderators"),
        control=lambda scene: period(scene, "Week"),
        shown=see_who_acted,
    ),
    Task(
        "exports: make one and take it away",
        "moderator",
        reach=lambda scene: scene.at("exports"),
        control=make_link,
        act=take_away,
        shown=lambda scene: expect(made(scene)).to_contain_text("Ready"),
        refused=lambda scene: ("POST", "export", {"export_type": "metrics", "format": "csv"}),
    ),
    Task(
        "exports: take the audit log away",
        "admin",
        reach=reach_the_log,
        control=log_link,
        act=take_the_log,
        shown=see_the_log_taken,
        refused=lambda scene: ("POST", "export", {"export_type": "audit_log", "format": "csv"}),
    ),
    Task(
        "alerts: mark as read",
        "viewer",
        reach=reach_notices,
        control=mark_all,
        act=lambda scene: mark_all(scene).click(),
        shown=see_nothing_unread,
    ),
)
