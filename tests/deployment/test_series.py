"""Rules and boards ask for what Modwatch really tells; the boards are those of tools/boards/."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from grafana_foundation_sdk.models.dashboard import Dashboard

from adapters.redis.pulse import Pulse
from adapters.telemetry.exposition import Exposition
from adapters.telemetry.from_start import count_from_zero
from models.work.long import note_done
from services.alerts.watch import note_standing
from services.backups.dumps import MARK
from services.backups.keeper import CREATE, REHEARSE
from services.operations.other_disks import other_disks
from tests.deployment.promql import complaints, series_in
from tests.deployment.texts import COMPOSE, rules
from tests.parts import ingest, make_web, messages, settings_for
from tests.servers.valkey import Valkey
from tools.boards.__main__ import FOLDER, text_of
from tools.boards.all_boards import BOARDS
from tools.boards.panels import Board, Number

# Prometheus makes these itself.
OF_PROMETHEUS: dict[str, set[str]] = {"up": set(), "ALERTS": {"alertname", "alertstate"}}


@pytest.fixture
def series(sqlite_url: str, valkey: Valkey, tmp_path: Path) -> dict[str, set[str]]:
    """What is told where everything is there, and what rules record of it."""
    backups = str(tmp_path / "backups")
    given = {"BACKUP_DIR": backups, "WATCHED_FOLDERS": str(tmp_path)}
    web = make_web(settings_for(sqlite_url, tmp_path, valkey.url, **given))
    try:
        count_from_zero()
        Pulse(web.parts.redis).beat_lives(web.clock())
        with web.parts.database.write() as connection:
            for kind in (CREATE, REHEARSE):
                note_done(connection, kind, web.clock())
        note_standing(web.parts.database, web.clock())  # as each sweep does
        assert ingest(web.bot(), messages()).status_code == 202
        (tmp_path / "backups").mkdir()
        (tmp_path / MARK).touch()
        told = series_in(web.client().get("/metrics").text)
        of_workers = Exposition(lambda: other_disks(web.parts)).text(None)[0]
        told = {**series_in(of_workers), **told}
    finally:
        web.parts.close()
    recorded: dict[str, set[str]] = {rule["record"]: set() for rule in rules() if "record" in rule}
    return {**told, **recorded, **OF_PROMETHEUS}


def of_rules() -> dict[str, str]:
    return {rule.get("alert") or rule["record"]: rule["expr"] for rule in rules()}


def of_boards(boards: tuple[Board, ...] = BOARDS) -> dict[str, str]:
    return {
        f"{board.title}, {panel.title}, {name}": query
        for board in boards
        for panel in board.panels
        for name, query in (
            {"": panel.query} if isinstance(panel, Number) else panel.queries
        ).items()
    }


def test_rules_and_boards_ask_for_what_there_is(series: dict[str, set[str]]) -> None:
    assert complaints(of_rules(), series) == []
    assert complaints(of_boards(), series) == []


def test_a_name_or_a_label_that_there_is_not_is_found() -> None:
    series = {"modwatch_events_total": {"outcome"}}
    wrong = {
        "a": "sum(rate(modwatch_events_totl[5m]))",
        "b": 'modwatch_events_total{result="rejected"} > 0',
        "c": 'max(modwatch_events_total{outcome="rejected"}) > 0',
    }
    assert complaints(wrong, series) == [
        "a: there is no modwatch_events_totl",
        "b: modwatch_events_total has no label ['result']",
    ]


def test_the_boards_are_those_that_are_written_down() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == {board.uid for board in BOARDS}
    for board in BOARDS:
        text = (FOLDER / f"{board.uid}.json").read_text()
        assert text == text_of(board), "run `make boards`"
        # Grafana's own reader understands it.
        assert Dashboard.from_json(json.loads(text)).title == board.title


def test_grafana_finds_its_boards_where_compose_puts_them() -> None:
    provider = (COMPOSE / "grafana/provisioning/dashboards/boards.yml").read_text()
    assert "path: /var/lib/grafana-boards\n" in provider
    assert "./grafana/boards:/var/lib/grafana-boards:ro" in (COMPOSE / "compose.yaml").read_text()
