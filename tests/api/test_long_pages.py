"""A page of any list ends before it is a megabyte, whatever was written into its rows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from domain import page_bytes
from tests.api.contract import CONTRACT, GUILD_PATH
from tests.api.described import described_by
from tests.api.world import World, make_world
from tests.parts import GUILD, ingest, violation

# What makes a row of each list that has words of bots, people or providers in it.
LONG = {
    "appeals": "_appeal_id",
    "bot-changes": "_change_id",
    "deliveries": "_delivery_id",
    "export/history": "_export_id",
    "incidents": "_incident_id",
    "schedules/{schedule_id}/runs": "_sent_id",
    "violations": "_violation",
}
# Of these 200 rows are far from it; but for the audit log: tests/services/test_audit_log.py.
SHORT = {"access-log", "audit-log", "incidents/{incident_id}/members", "tokens", "warnings"}
ROWS = 3


class Filled(World):
    def fill(self, name: str, client: FlaskClient) -> None:
        """Rows of that list, each of its own."""
        self._is_for_reading = False
        for _ in range(ROWS):
            getattr(self, LONG[name])(client, GUILD)

    def _violation(self, *_: object) -> None:
        assert ingest(self._bot, violation()).status_code == 202


@pytest.fixture(scope="module")
def world(migrated_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    made = Filled(make_world(migrated_sqlite_file, tmp_path_factory.mktemp("long")).web)
    yield made
    made.web.parts.close()


def test_each_list_with_pages_is_known_here(world: World) -> None:
    operations = described_by(world.web.client()).operations()
    paged = {
        path.removeprefix(f"{GUILD_PATH}/")
        for (method, path), one in operations.items()
        if method == "GET" and "cursor" in {each.get("name") for each in one.get("parameters", ())}
    }
    assert paged == LONG.keys() | SHORT


@pytest.mark.parametrize("name", LONG)
def test_what_does_not_fit_is_on_the_next_page(
    world: Filled, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """As if one row were a megabyte: one is on each page, and each on one."""
    wanted = "GET", f"{GUILD_PATH}/{name}"
    (promise,) = (one for one in CONTRACT if (one.method, one.path) == wanted)
    client = world.web.reader(role="owner")
    path = world.address(promise, client)
    world.fill(name, client)
    monkeypatch.setattr(page_bytes, "PAGE_BYTES", 1)
    seen: list[str] = []
    more: str | None = ""
    while more is not None and len(seen) <= 9 * ROWS:
        page: Any = client.get(f"{path}?limit=200{more}").json
        (rows,) = (value for value in page.values() if isinstance(value, list))
        (row,) = rows
        seen.append(row.get("id") or row["appeal_id"])
        more = page["next_cursor"] and f"&cursor={page['next_cursor']}"
    assert len(seen) == len(set(seen)) >= ROWS
