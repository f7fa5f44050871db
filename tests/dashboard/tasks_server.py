"""What is done about the server itself: rules, settings, roles and tokens; and the log of it."""

from playwright.sync_api import Locator

from tests.dashboard.crew import Scene, Task
from tests.dashboard.expecting import expect
from tests.dashboard.pages import answer, committed, toast

UNSTORABLE = "99999999999999999999"  # twenty digits, but more than a Discord id can be


def text(scene: Scene) -> Locator:
    return scene.page.locator("#rules").get_by_role("textbox", name="Rules text")


def write_rules(scene: Scene) -> None:
    scene.crew.ask("owner", "PUT", "rules", {"rules": f"Before {scene.words}"})


def reach_rules(scene: Scene) -> None:
    place = scene.at("rules").get_by_role("article", name="Rules text")
    if scene.role in ("viewer", "moderator"):
        expect(place.locator(".written")).to_have_text(f"Before {scene.words}")
    else:
        expect(text(scene)).to_have_value(f"Before {scene.words}")


def save_rules(scene: Scene) -> None:
    scene.page.get_by_role("button", name="Save rules").click()
    expect(scene.page.locator("#rules")).not_to_contain_text("not saved")
    expect(toast(scene.page, "Rules saved").first).to_be_visible()


def templates(scene: Scene) -> Locator:
    return scene.page.get_by_label("Start from a template")


def write(scene: Scene) -> None:
    """Begin with a template, which is saved as it is, and then with words of one's own."""
    templates(scene).select_option("Gaming")
    save_rules(scene)
    stored = scene.crew.ask(scene.role, "GET", "rules").json()["rules"]
    assert stored.startswith("Play fair and keep it fun")
    expect(text(scene)).to_have_value(stored)
    text(scene).fill(scene.words)
    save_rules(scene)


def reset(scene: Scene) -> Locator:
    return scene.page.get_by_role("button", name="Reset to none")


def do_reset(scene: Scene) -> None:
    reset(scene).click()
    answer(scene.page, "Remove it")
    committed(scene.page, "**/rules", "DELETE")


def see_no_rules(scene: Scene) -> None:
    expect(text(scene)).to_have_value("")
    expect(reset(scene)).to_have_count(0)


def save(scene: Scene) -> Locator:
    return scene.page.get_by_role("button", name="Save settings")


def buffer(scene: Scene) -> int:
    return 1 + scene.number % 1000


def change_settings(scene: Scene) -> None:
    """First what the page refuses, then what only the server can, then what is right."""
    settings = scene.page.locator("#settings")
    messages, role = (
        settings.get_by_label("Messages in the buffer"),
        settings.get_by_label("Discord role"),
    )
    messages.fill("0")
    save(scene).click()
    expect(settings.locator(".input:user-invalid")).to_have_count(1)
    messages.fill(str(buffer(scene)))
    role.fill(UNSTORABLE)
    save(scene).click()
    expect(settings.get_by_role("alert")).to_contain_text("Not saved. mod role id:")
    role.fill("")
    save(scene).click()
    expect(toast(scene.page, "Settings saved")).to_be_visible()
    expect(settings.get_by_role("alert")).to_have_count(0)


def see_settings(scene: Scene) -> None:
    field = scene.page.locator("#settings").get_by_label("Messages in the buffer")
    expect(field).to_have_value(str(buffer(scene)))


def given(scene: Scene) -> Locator:
    rows = scene.page.locator(".stack-roles tbody tr")
    return rows.filter(has=scene.page.get_by_title(f"User {scene.member}"))


def give(scene: Scene) -> Locator:
    return scene.page.locator("#settings").get_by_role("button", name="Give", exact=True)


def do_give(scene: Scene) -> None:
    scene.page.get_by_label("Give a role to").fill(scene.member)
    give(scene).click()
    expect(toast(scene.page, "is moderator now")).to_be_visible()
    given(scene).get_by_role("combobox").select_option("admin")
    given(scene).get_by_role("button", name="Make admin").click()
    expect(toast(scene.page, "is admin now")).to_be_visible()


def give_before(scene: Scene) -> None:
    assert scene.crew.ask("owner", "PUT", f"roles/{scene.member}", {"role": "viewer"}).ok


def reach_given(scene: Scene) -> None:
    scene.at("settings")
    expect(given(scene)).to_be_visible()


def take(scene: Scene) -> Locator:
    return given(scene).get_by_role("button", name="Remove")


def do_take(scene: Scene) -> None:
    take(scene).click()
    answer(scene.page, "Take it away")
    committed(scene.page, f"**/roles/{scene.member}", "DELETE")


def make(scene: Scene) -> Locator:
    return scene.page.get_by_role("button", name="Make a token")


def token(scene: Scene) -> Locator:
    return scene.page.locator(".stack-tokens tbody tr").filter(has_text=scene.words)


def do_make(scene: Scene) -> None:
    settings = scene.page.locator("#settings")
    settings.get_by_label("Name").fill(scene.words)
    make(scene).click()
    secret = settings.locator(".sheet-note code").inner_text()
    assert secret.startswith("mw_")
    settings.get_by_role("button", name="I have it").click()
    expect(settings.get_by_text(secret)).to_have_count(0)


def make_before(scene: Scene) -> None:
    new = {"name": scene.words, "kind": "api", "role": "viewer"}
    assert scene.crew.ask("owner", "POST", "tokens", new).ok


def revoke(scene: Scene) -> Locator:
    return scene.page.get_by_role("button", name=f"Revoke {scene.words}")


def do_revoke(scene: Scene) -> None:
    revoke(scene).click()
    answer(scene.page, "Revoke it")


def revocation(scene: Scene) -> tuple[str, str, object]:
    listed = scene.crew.ask("owner", "GET", "tokens").json()["tokens"]
    (id,) = (each["id"] for each in listed if each["name"] == scene.words)
    return "DELETE", f"tokens/{id}", None


def plan_link(scene: Scene) -> Locator:
    return scene.page.locator("#exports").get_by_role("link", name="Plan a report")


def plan(scene: Scene) -> None:
    plan_link(scene).click()
    sheet = scene.page.locator(".sheet-inner")
    sheet.get_by_label("Name", exact=True).fill(scene.words)
    sheet.get_by_role("button", name="Take it off").click()
    sheet.get_by_label("Send it somewhere else as well").select_option("A webhook of yours")
    sheet.get_by_label("A webhook of yours").fill("https://hooks.invalid/here")
    sheet.get_by_role("button", name="Plan the report").click()
    expect(sheet.get_by_role("button", name="Run now")).to_be_visible()
    scene.page.keyboard.press("Escape")


def see_it_planned(scene: Scene) -> None:
    row = scene.page.locator(".stack-reports tbody tr").filter(has_text=scene.words)
    expect(row).to_contain_text("Mondays at 08:00")


def log(scene: Scene) -> Locator:
    return scene.page.locator("#audit")


def see_log(scene: Scene) -> None:
    member = scene.page.locator(f'a[href="#member/{scene.member}"]')
    entry = scene.at("audit").locator("tbody tr").filter(has=member)
    for words in ("the owner", "Gave a role", "viewer"):
        expect(entry).to_contain_text(words)


def at_settings(scene: Scene) -> Locator:
    return scene.at("settings")


SERVER = (
    Task(
        "rules: write them",
        "admin",
        prepare=write_rules,
        reach=reach_rules,
        control=templates,
        act=write,
        shown=lambda scene: expect(text(scene)).to_have_value(scene.words),
        refused=lambda scene: ("PUT", "rules", {"rules": "Mine"}),
    ),
    Task(
        "settings: change them",
        "admin",
        reach=at_settings,
        control=save,
        act=change_settings,
        shown=see_settings,
        refused=lambda scene: ("PUT", "config", {"buffer_threshold": 7}),
    ),
    Task(
        "settings: give a role",
        "owner",
        reach=at_settings,
        control=give,
        act=do_give,
        shown=lambda scene: expect(given(scene).get_by_role("combobox")).to_have_value("admin"),
        refused=lambda scene: ("PUT", f"roles/{scene.member}", {"role": "viewer"}),
    ),
    Task(
        "settings: take a role away",
        "owner",
        prepare=give_before,
        reach=reach_given,
        control=take,
        act=do_take,
        shown=lambda scene: expect(given(scene)).to_have_count(0),
        refused=lambda scene: ("DELETE", f"roles/{scene.member}", None),
    ),
    Task(
        "exports: plan a report",
        "admin",
        reach=lambda scene: scene.at("exports"),
        control=plan_link,
        act=plan,
        shown=see_it_planned,
        refused=lambda scene: ("POST", "schedules", {}),
    ),
    Task(
        "settings: make a token",
        "admin",
        reach=at_settings,
        control=make,
        act=do_make,
        shown=lambda scene: expect(token(scene)).to_contain_text("Read"),
        refused=lambda scene: ("POST", "tokens", {"name": "mine", "kind": "api", "role": "viewer"}),
    ),
    Task(
        "settings: revoke a token",
        "admin",
        prepare=make_before,
        reach=at_settings,
        control=revoke,
        act=do_revoke,
        shown=lambda scene: expect(token(scene)).to_contain_text("Revoked"),
        refused=revocation,
    ),
)
AFTER_THESE = (
    Task(
        "rules: reset",
        "owner",
        prepare=write_rules,
        reach=reach_rules,
        control=reset,
        act=do_reset,
        shown=see_no_rules,
        refused=lambda scene: ("DELETE", "rules", None),
    ),
    Task(
        "audit: see who did what",
        "admin",
        prepare=give_before,
        reach=at_settings,
        control=log,
        shown=see_log,
        refused=lambda scene: ("GET", "audit-log", None),
    ),
)
