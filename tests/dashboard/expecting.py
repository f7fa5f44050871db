"""Playwright's `expect`, without a description of the page for each look in vain.

While what is expected is not there yet, Playwright writes the whole page down as a screen reader
has it, look after look, for the message of a failure that mostly does not come: two fifths of what
a browser does in these tests. What waits for an element, or for words in a list, writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from playwright.sync_api import Error, Expect, Locator, Page
from playwright.sync_api import expect as playwright_expect

OF_WORDS = ("to_have_text", "to_contain_text")
AT_ONCE_MS = 1


def _expect(seen: Page | Locator) -> Any:
    """As Playwright's own, and as patient."""
    return _Expected(seen) if isinstance(seen, Locator) else playwright_expect(seen)


expect = cast(Expect, _expect)


class _Expected:
    def __init__(self, locator: Locator) -> None:
        self._locator = locator

    def __getattr__(self, name: str) -> Callable[..., None]:
        own = getattr(playwright_expect(self._locator), name)

        def expected(*values: Any, **options: Any) -> None:
            if name.startswith("to_") and not self._comes(name, values, options):
                options["timeout"] = AT_ONCE_MS  # it was waited for, and now it is told of
            own(*values, **options)

        return expected

    def _comes(self, name: str, values: tuple[Any, ...], options: dict[str, Any]) -> bool:
        try:
            self._wait(name, values, options)
        except (Error, AssertionError):
            return False
        return True

    def _wait(self, name: str, values: tuple[Any, ...], options: dict[str, Any]) -> None:
        timeout = options.get("timeout")
        if name == "to_be_visible":
            self._locator.first.wait_for(timeout=timeout)
        elif name in OF_WORDS and not isinstance(values[0], list):
            getattr(playwright_expect(self._locator), name)([values[0]], **options)
        elif name not in ("to_have_count", "to_be_hidden"):
            self._locator.first.wait_for(state="attached", timeout=timeout)
