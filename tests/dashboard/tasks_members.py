"""What is done about members: found violations, warnings, appeals."""

from datetime import UTC, datetime, timedelta

from playwright.sync_api import Locator

from tests.dashboard.crew import Scene, Task
from tests.dashboard.expecting import expect
from tests.dashboard.pages import (
    answer,
    committed,
    event,
    isolated,
    rfc3339,
    toast,
    violation,
)

LONG_AGO = timedelta(days=20)
QUIET_SINCE = timedelta(days=10)


def appeal_of(scene: Scene) -> str:
    return f"appeal {scene.number}"


def appealed(scene: Scene) -> None:
    """A violation of this scene's own member, who appealed."""
    guild = scene.crew.guild
    hit = violation(guild, scene.words, user_id=scene.member)
    appeal = {"appeal_id": appeal_of(scene), "violation_id": hit["id"], "status": "pending"}
    other = violation(guild, scene.words, "low")
    scene.happened(hit, other, event(guild, "appeal", **appeal))


def decision(scene: Scene) -> tuple[str, str, object]:
    return "POST", f"appeals/{appeal_of(scene)}/decision", {"status": "denied"}


def find(scene: Scene) -> None:
    """Filter, search, and open what is found."""
    place = scene.at("violations")
    place.get_by_label("Severity", exact=True).select_option("high")
    place.get_by_label("Search reasons and members").fill(scene.words)
    open_found(scene)
    expect(sheet(scene)).to_contain_text("nobody has decided yet")


def open_found(scene: Scene) -> None:
    rows = scene.at("violations").locator("tbody tr.row")
    expect(rows).to_have_count(1)
    rows.get_by_role("link").click()
    expect(sheet(scene).locator(".sheet-reason")).to_have_text(scene.words)


def sheet(scene: Scene) -> Locator:
    return scene.page.locator(".sheet")


def overturn(scene: Scene) -> Locator:
    return sheet(scene).get_by_role("button", name="Overturn it")


def do_overturn(scene: Scene) -> None:
    overturn(scene).click()
    answer(scene.page, "Overturn it")


def see_overturned(scene: Scene) -> None:
    """The filters are kept as well."""
    open_found(scene)
    expect(sheet(scene)).to_contain_text("the appeal was granted")


def reach_appeal(scene: Scene) -> None:
    scene.at("people")
    expect(waiting(scene)).to_be_visible()


def waiting(scene: Scene) -> Locator:
    return scene.page.locator(".appeals li").filter(has_text=scene.words)


def uphold(scene: Scene) -> Locator:
    return waiting(scene).get_by_role("button", name="Uphold the action")


def do_uphold(scene: Scene) -> None:
    uphold(scene).click()
    answer(scene.page, "Uphold it")


def see_upheld(scene: Scene) -> None:
    expect(waiting(scene)).to_have_count(0)
    listed = scene.crew.ask(scene.role, "GET", f"violations?user_id={scene.member}").json()
    assert [each["appeal"] for each in listed["violations"]] == ["denied"]


def warn(scene: Scene, ago: timedelta = timedelta()) -> None:
    guild, at = scene.crew.guild, rfc3339(datetime.now(UTC) - ago)
    own = {"user_id": scene.member, "timestamp": at}
    scene.happened(
        violation(guild, f"{scene.words} of a member", **own),
        event(guild, "warning", level=2, **own),
        event(guild, "user", user_id=scene.member, username=scene.words),
    )


def warned(scene: Scene) -> Locator:
    return scene.page.locator(f".stack-warnings a[href='#member/{scene.member}']")


def find_member(scene: Scene) -> None:
    scene.at("people").get_by_label("Search members").fill(scene.words)
    expect(scene.page.locator(".stack-warnings tbody tr")).to_have_count(1)
    warned(scene).click()
    expect(sheet(scene).locator(".facts")).to_contain_text("Second warning")


def clear(scene: Scene) -> Locator:
    return sheet(scene).get_by_role("button", name="Clear warnings")


def do_clear(scene: Scene) -> None:
    clear(scene).click()
    answer(scene.page, "Clear warnings")
    expect(toast(scene.page, f"Warnings of {isolated(scene.words)} cleared")).to_be_visible()
    committed(scene.page, f"**/warnings/{scene.member}", "DELETE")


def reach_quiet(scene: Scene) -> None:
    scene.at("people").get_by_label("Search members").fill(scene.member)
    expect(warned(scene)).to_be_visible()


def clear_quiet(scene: Scene) -> Locator:
    return scene.page.locator("#people").get_by_role("button", name="Clear", exact=True)


def do_clear_quiet(scene: Scene) -> None:
    day = (datetime.now(UTC) - QUIET_SINCE).date().isoformat()
    scene.page.get_by_label("Clear all who were last seen before").fill(day)
    clear_quiet(scene).click()
    answer(scene.page, "Clear them all")
    committed(scene.page, "**/warnings/bulk-clear", "POST")
    expect(toast(scene.page, "cleared")).to_be_visible()


def see_cleared(scene: Scene) -> None:
    facts = scene.over(f"member/{scene.member}").locator(".facts")
    expect(facts).to_contain_text("No warnings")


def see_at_zero(scene: Scene) -> None:
    """The search finds whom it is told, also those who have no warning any more."""
    scene.at("people").get_by_label("Search members").fill(scene.member)
    rows = scene.page.locator(".stack-warnings tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("0 of 5")


MEMBERS = (
    Task(
        "violations: find one and act on it",
        "moderator",
        prepare=appealed,
        reach=find,
        control=overturn,
        act=do_overturn,
        shown=see_overturned,
        refused=decision,
    ),
    Task(
        "people: decide an appeal",
        "moderator",
        prepare=appealed,
        reach=reach_appeal,
        control=uphold,
        act=do_uphold,
        shown=see_upheld,
        refused=decision,
    ),
    Task(
        "people: clear a member's warnings",
        "moderator",
        prepare=warn,
        reach=find_member,
        control=clear,
        act=do_clear,
        shown=see_cleared,
        refused=lambda scene: ("DELETE", f"warnings/{scene.member}", None),
    ),
    Task(
        "people: clear old warnings",
        "moderator",
        prepare=lambda scene: warn(scene, LONG_AGO),
        reach=reach_quiet,
        control=clear_quiet,
        act=do_clear_quiet,
        shown=see_at_zero,
        refused=lambda scene: ("POST", "warnings/bulk-clear", {"before_date": "2020-01-01"}),
    ),
)
