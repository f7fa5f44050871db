"""WebSockets of a page in Chromium."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.live.sockets import Socket, text_of
from tests.parts import JsonObject

HELPER = """() => {
  window.made = [];
  window.opened = (address) => {
    const heard = [], waiting = [];
    const tell = (what) => waiting.length ? waiting.shift()(what) : heard.push(what);
    const socket = new WebSocket(address);
    socket.onmessage = ({data}) => tell(JSON.parse(data));
    socket.onclose = ({code}) => tell(code);
    const next = () => new Promise((resolve) => {
      heard.length ? resolve(heard.shift()) : waiting.push(resolve);
    });
    window.made.push({socket, next});
    return new Promise((resolve) => {
      socket.addEventListener('open', () => resolve(window.made.length - 1));
      socket.addEventListener('close', () => resolve(window.made.length - 1));
    });
  };
}"""


class BrowserSocket:
    def __init__(self, page: Page, number: int) -> None:
        self._page, self._number = page, number

    def send(self, message: JsonObject | str) -> None:
        self._page.evaluate(
            "([at, text]) => window.made[at].socket.send(text)", [self._number, text_of(message)]
        )

    def receive(self) -> JsonObject | int:
        heard: JsonObject | int = self._page.evaluate(
            """(at) => Promise.race([
              window.made[at].next(),
              new Promise((_, reject) => setTimeout(() => reject('nothing was heard'), 30000)),
            ])""",
            self._number,
        )
        return heard

    def close(self) -> None:
        self._page.evaluate("(at) => window.made[at].socket.close()", self._number)


class BrowserSockets:
    def __init__(self, page: Page) -> None:
        self._page = page
        page.evaluate(HELPER)

    def open(self, address: str) -> Socket:
        return BrowserSocket(self._page, self._page.evaluate("(to) => window.opened(to)", address))
