"""Deliveries sent once more, by an admin over HTTP and by the operator."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from click.testing import Result

from services.deliveries.engine import deliver
from tests.discord.exchange import HANG_UP, Answer, text_answer
from tests.parts import GUILD, Web
from tests.services.alerts.town import Town, app_of, open_town, raid

BASE = f"/api/v1/servers/{GUILD}/deliveries"


@pytest.fixture
def town(sqlite_url: str, tmp_path: Path) -> Iterator[Town]:
    with ExitStack() as stack:
        yield open_town(stack, sqlite_url, tmp_path)


@pytest.fixture
def web(town: Town) -> Web:
    return Web(app_of(town), town.parts, town.clock)


def run(web: Web, command: str, *arguments: str) -> Result:
    given = ["deliveries", command, "--guild", str(GUILD), *arguments]
    return web.app.test_cli_runner().invoke(args=given)


def told(town: Town, answer: Answer) -> str:
    """The id of a delivery that its provider answered so."""
    town.add_channel("slack", in_doubt="report")
    town.slack.plan(answer)
    town.ingest(*raid(town.clock() - 30_000))
    town.sweep()
    (row,) = town.deliveries()
    return str(row.id)


def test_what_may_have_arrived_goes_again_where_somebody_says_so(town: Town, web: Web) -> None:
    id, admin = told(town, HANG_UP), web.reader(role="admin")
    page: Any = admin.get(f"{BASE}?status=unknown").json
    assert [(one["id"], one["reason"]) for one in page["deliveries"]] == [(id, "connection_cut")]
    silent: Any = admin.post(f"{BASE}/{id}/retry", json={})
    assert (silent.status_code, list(silent.json["errors"])) == (422, ["may_repeat"])
    assert "--may-repeat" in run(web, "retry", id).stderr
    said = {"may_repeat": True}
    assert admin.post(f"{BASE}/{id}/retry", json=said).status_code == 200
    deliver(town.parts)
    assert (len(town.slack.requests), town.states()) == (2, ["firing sent sent"])
    assert admin.post(f"{BASE}/{id}/retry", json=said).status_code == 409
    assert admin.post(f"{BASE}/{uuid4()}/retry", json=said).status_code == 404


def test_the_operator_lists_what_is_dead_and_has_it_sent_again(town: Town, web: Web) -> None:
    id = told(town, text_answer("invalid_blocks", 400))
    assert id in run(web, "list", "--status", "dead").stdout
    assert id not in run(web, "list", "--status", "sent").stdout
    again = run(web, "retry", id)
    assert (again.exit_code, again.stderr) == (0, "")
    deliver(town.parts)
    assert town.states() == ["firing sent sent"]
    over = run(web, "retry", id)
    assert (over.exit_code, "it is sent" in over.stderr) == (3, True)
