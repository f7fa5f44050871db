"""Forms, fetches, frames and WebSockets of other origins are refused; our own are not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from api.http.cookies import COOKIE
from tests.parts import GUILD, until
from tests.servers.web import WebProcess

FORM = """([action, enctype, fields]) => {
  const form = document.createElement("form");
  Object.assign(form, {method: "POST", action, enctype});
  for (const [name, value] of Object.entries(fields)) {
    const input = document.createElement("input");
    Object.assign(input, {type: "hidden", name, value});
    form.append(input);
  }
  document.body.append(form);
  form.submit();
}"""
FETCH = """async ([url, options]) => {
  try {
    const answer = await fetch(url, options);
    return {type: answer.type, status: answer.status, text: await answer.text()};
  } catch (error) {
    return {type: "error", status: 0, text: String(error)};
  }
}"""
SOCKET = """([url, guild]) => new Promise((resolve) => {
  const socket = new WebSocket(url);
  const heard = [];
  socket.onopen = () => {
    heard.push("open");
    socket.send(JSON.stringify({type: "subscribe", guild_id: guild}));
  };
  socket.onmessage = (event) => {
    heard.push(JSON.parse(event.data).type);
    socket.close();
  };
  socket.onclose = (event) => resolve([...heard, event.code]);
})"""
JSON_AS_TEXT = {f'{{"guild_id": "{GUILD}", "x": "': '"}'}


def ask(page: Page, url: str, **options: Any) -> dict[str, Any]:
    """What the page's script learns of an answer."""
    found: dict[str, Any] = page.evaluate(FETCH, [url, options])
    return found


def post_form(page: Page, url: str, enctype: str, fields: dict[str, str]) -> int:
    """Send a form, and go where it leads; the status of that."""
    with page.expect_navigation(url=url) as gone:
        page.evaluate(FORM, [url, enctype, fields])
    return gone.value.status


def selected(context: BrowserContext, modwatch: WebProcess) -> str | None:
    """The server selected in the login of this browser, which holds still."""
    answer = context.request.get(f"{modwatch.url}/api/auth/me")
    assert answer.status == 200
    found: str | None = answer.json()["selected_guild_id"]
    return found


def arrived(modwatch: WebProcess, since: int = 0) -> list[tuple[str, str, int]]:
    """Method, path and status of what came in after so many lines of the log."""
    lines = [json.loads(line) for line in modwatch.log().splitlines() if line.startswith("{")]
    requests = [line for line in lines if line["event"] == "request"]
    return [(each["method"], each["path"], each["status"]) for each in requests][since:]


def test_our_own_page_may(context: BrowserContext, own_page: Page, modwatch: WebProcess) -> None:
    """The same as is refused below."""
    chosen = ask(
        own_page,
        f"{modwatch.url}/api/servers/select",
        method="POST",
        headers={"Content-Type": "application/json"},
        body=json.dumps({"guild_id": str(GUILD)}),
    )
    assert (chosen["status"], json.loads(chosen["text"])) == (200, {"success": True})
    assert selected(context, modwatch) == str(GUILD)
    socket = modwatch.url.replace("http", "ws") + "/ws"
    assert own_page.evaluate(SOCKET, [socket, str(GUILD)])[:2] == ["open", "subscribed"]
    address = f"{modwatch.url}/api/v1/servers/{GUILD}/rules"
    rules = {"method": "PUT", "headers": {"Content-Type": "application/json"}}
    assert ask(own_page, address, **rules, body='{"rules": "Be kind"}')["status"] == 200
    assert ask(own_page, address, method="DELETE")["status"] == 200
    assert post_form(own_page, f"{modwatch.url}/api/auth/logout", "text/plain", {}) == 200
    assert context.request.get(f"{modwatch.url}/api/auth/me").status == 401


@pytest.mark.parametrize(
    ("enctype", "fields"),
    [
        ("application/x-www-form-urlencoded", {"guild_id": str(GUILD)}),
        ("multipart/form-data", {"guild_id": str(GUILD)}),
        ("text/plain", JSON_AS_TEXT),
    ],
)
def test_a_form_of_another_origin_changes_nothing(
    context: BrowserContext,
    own_page: Page,
    evil_page: Page,
    modwatch: WebProcess,
    enctype: str,
    fields: dict[str, str],
) -> None:
    start = evil_page.url
    for path in ("/api/auth/logout", "/api/servers/select", "/api/v1/ws-ticket"):
        assert post_form(evil_page, modwatch.url + path, enctype, fields) == 403, path
        evil_page.goto(start)
    assert selected(context, modwatch) is None


def test_a_fetch_of_another_origin_changes_and_learns_nothing(
    context: BrowserContext, own_page: Page, evil_page: Page, modwatch: WebProcess
) -> None:
    """Simple, with credentials, and such as a browser asks about before it sends them."""
    select, rules = "/api/servers/select", f"/api/v1/servers/{GUILD}/rules"
    body = json.dumps({"guild_id": str(GUILD)})
    typed = {"headers": {"Content-Type": "application/json"}}
    writes: list[tuple[str, dict[str, Any]]] = [
        (select, {"method": "POST", "body": body}),
        (select, {"method": "POST", "body": body, "mode": "no-cors"}),
        (select, {"method": "POST", "body": body, **typed}),
        ("/api/auth/logout", {"method": "POST"}),
        ("/api/auth/logout", {"method": "POST", "mode": "no-cors"}),
        ("/api/auth/sessions", {"method": "DELETE"}),
        (rules, {"method": "DELETE"}),
        (rules, {"method": "PUT", "body": '{"rules": "Be evil"}', **typed}),
        (rules, {"method": "PUT", "headers": {"Authorization": "Bearer x"}}),
    ]
    before = len(arrived(modwatch))
    for path, options in writes:
        for credentials in ("include", "omit"):
            answer = ask(evil_page, modwatch.url + path, credentials=credentials, **options)
            assert (answer["type"] in ("error", "opaque"), answer["status"]) == (True, 0)
    # Our own page says by itself that somebody is there.
    came = [one for one in arrived(modwatch, before) if not one[1].endswith("/visit")]
    # A plain read may arrive: it changes nothing, and its answer is not shown to the other page.
    assert {method for method, _, _ in came} - {"GET"} == {"POST", "OPTIONS"}
    assert {status for method, _, status in came if method == "POST"} == {403}
    assert sum(method == "POST" for method, _, _ in came) == 8
    assert selected(context, modwatch) is None
    for path in ("/api/auth/me", "/api/servers", "/api/auth/sessions", rules):
        for mode in ("cors", "no-cors"):
            answer = ask(evil_page, modwatch.url + path, credentials="include", mode=mode)
            assert (answer["type"] in ("error", "opaque"), answer["status"]) == (True, 0)
            assert "ada" not in answer["text"]


def test_a_websocket_of_another_origin_never_opens(
    own_page: Page, evil_page: Page, modwatch: WebProcess
) -> None:
    socket = modwatch.url.replace("http", "ws") + "/ws"
    before = len(arrived(modwatch))
    assert evil_page.evaluate(SOCKET, [socket, str(GUILD)]) == [1006]
    # The browser hears of it before the line is written.
    until(lambda: ("GET", "/ws", 403) in arrived(modwatch, before), 60, "its line in the log")
    assert own_page.evaluate(SOCKET, [socket, str(GUILD)])[:2] == ["open", "subscribed"]


def test_a_frame_of_another_origin_stays_empty(
    own_page: Page, evil_page: Page, modwatch: WebProcess
) -> None:
    """So nobody is made to click on what they do not see."""
    evil_page.evaluate(
        """(url) => new Promise((resolve) => {
          const frame = document.createElement("iframe");
          frame.onload = resolve;
          frame.src = url;
          document.body.append(frame);
        })""",
        f"{modwatch.url}/",
    )
    (frame,) = evil_page.main_frame.child_frames
    assert not frame.url.startswith(modwatch.url)
    assert "Modwatch" not in frame.content()


def test_another_origin_logs_nobody_in_or_out(
    context: BrowserContext, evil_page: Page, modwatch: WebProcess
) -> None:
    """Neither as a guest of the demo, nor by a login that somebody else began."""
    start = evil_page.url
    demo = f"{modwatch.url}/api/auth/demo"
    assert post_form(evil_page, demo, "text/plain", {'{"role": "owner", "x": "': '"}'}) == 403
    evil_page.goto(start)
    typed = {"Content-Type": "application/json"}
    ask(evil_page, demo, method="POST", body='{"role": "owner"}', headers=typed)
    ask(evil_page, demo, method="POST", body='{"role": "owner"}', mode="no-cors")
    evil_page.goto(f"{modwatch.url}/api/auth/callback?code=stolen&state=guessed")
    assert evil_page.url == f"{modwatch.url}/?error=auth_failed"
    assert COOKIE not in {cookie.get("name") for cookie in context.cookies()}


def test_a_link_from_another_origin_logs_nobody_out(
    context: BrowserContext, own_page: Page, evil_page: Page, modwatch: WebProcess
) -> None:
    """People come by links, and are logged in; addresses that change something take no link."""
    evil_page.goto(f"{modwatch.url}/api/auth/me")
    assert "ada" in evil_page.content()
    for path in ("/api/auth/logout", "/api/servers/select"):
        answer = evil_page.goto(modwatch.url + path)
        assert answer is not None
        assert answer.status == 405
    assert selected(context, modwatch) is None


def test_the_cookie_is_none_of_a_scripts_business(
    context: BrowserContext, own_page: Page, modwatch: WebProcess
) -> None:
    assert own_page.evaluate("document.cookie") == ""
    (cookie,) = [each for each in context.cookies() if each.get("name") == COOKIE]
    assert (cookie.get("httpOnly"), cookie.get("sameSite")) == (True, "Lax")
    assert cookie.get("secure") is False  # the public address is http
    assert cookie.get("path") == "/"
