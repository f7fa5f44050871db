"""A deployment of two web processes on one Valkey, and a process that has no Redis."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import copy

import pytest
from playwright.sync_api import Browser

from tests.live.browser import BrowserSockets
from tests.live.site import Site
from tests.live.sockets import LibrarySockets, Sockets
from tests.servers.scratch import scratch_folder
from tests.servers.valkey import Valkey


@pytest.fixture(scope="module")
def site(migrated_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("live")
    url = f"sqlite:///{copy(migrated_sqlite_file, folder / 'modwatch.db')}"
    with scratch_folder("live") as place:
        made = Site(folder, url, Valkey(place), processes=2)
        try:
            made.start()
            yield made
        finally:
            made.stop()


@pytest.fixture(scope="module")
def site_alone(
    migrated_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("alone")
    made = Site(folder, f"sqlite:///{copy(migrated_sqlite_file, folder / 'modwatch.db')}", None)
    try:
        made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture(params=["websockets", "browser"])
def sockets(request: pytest.FixtureRequest, site: Site) -> Iterator[Sockets]:
    """WebSockets as two clients have them that know nothing of our server."""
    if request.param == "websockets":
        made = LibrarySockets()
        yield made
        made.close()
    else:
        browser: Browser = request.getfixturevalue("browser")
        # Our pages may speak to the process they come from alone, whose port differs here.
        context = browser.new_context(bypass_csp=True)
        page = context.new_page()
        page.goto(f"{site.url}/health/live")
        yield BrowserSockets(page)
        context.close()
