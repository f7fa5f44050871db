"""The rules, by Prometheus's own tools; each alert played; what Alertmanager does with them."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import yaml

from tests.deployment.texts import COMPOSE, PROMETHEUS, Json, alert_names, alerts, rules, run

PLAYS = sorted((PROMETHEUS / "tests").glob("*.yml"))


def planted(tmp_path: Path, file: str, old: str, new: str) -> Path:
    """A copy of the folder with one mistake in it."""
    folder = tmp_path / "prometheus"
    shutil.copytree(PROMETHEUS, folder)
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new))
    return folder


def test_prometheus_takes_its_configuration_and_every_rule() -> None:
    done = run("promtool", "check", "config", PROMETHEUS / "prometheus.yml")
    assert done.returncode == 0, done.stdout
    found = re.findall(r"SUCCESS: (\d+) rules found", done.stdout)
    assert sum(map(int, found)) == len(rules())


def test_each_alert_is_silent_then_fires_then_ends() -> None:
    done = run("promtool", "test", "rules", *PLAYS)
    assert done.returncode == 0, done.stdout


def test_each_alert_is_played() -> None:
    text = "\n".join(path.read_text() for path in PLAYS)
    asked = set(re.findall(r'alertname="(\w+)"[^)]*alertstate="firing"', text))
    assert asked == alert_names()


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (
            "rules/symptoms.yml",
            "max(modwatch_database_away) == 1",
            "max(modwatch_database_away == 1",
        ),
        ("rules/objectives.yml", "expr: >-", "expression: >-"),
        ("rules/symptoms.yml", "for: 5m", "for: five minutes"),
        ("prometheus.yml", "dns_sd_configs", "dns_configs"),
    ],
)
def test_a_mistake_in_a_file_is_found(tmp_path: Path, file: str, old: str, new: str) -> None:
    folder = planted(tmp_path, file, old, new)
    assert run("promtool", "check", "config", folder / "prometheus.yml").returncode != 0


def test_an_alert_that_does_not_do_its_work_is_found(tmp_path: Path) -> None:
    mistakes = {
        "max(modwatch_workers_alive) < 1": "max(modwatch_workers_alive) < 0",
        'absent(up{job="modwatch-web"} == 1)': 'up{job="modwatch-web"} == 0',
        "max(modwatch_outbox_oldest_seconds) > 60": "max(modwatch_outbox_oldest_seconds) >= 0",
    }
    folder = planted(tmp_path, "prometheus.yml", "", "")
    symptoms = folder / "rules" / "symptoms.yml"
    text = symptoms.read_text()
    for right, wrong in mistakes.items():
        assert right in text
        text = text.replace(right, wrong)
    symptoms.write_text(text)
    done = run("promtool", "test", "rules", folder / "tests" / "symptoms.test.yml")
    for name in ("ModwatchWorkersGone", "ModwatchWebDown", "ModwatchOutboxAgeing"):
        assert name in done.stdout
    assert done.returncode != 0


def test_every_alert_says_how_bad_it_is_and_where_to_read_on() -> None:
    for alert in alerts():
        name, notes = alert["alert"], alert["annotations"]
        assert alert["labels"]["severity"] in ("page", "ticket"), name
        assert notes["runbook_url"] == f"{{{{ $externalLabels.runbooks }}}}/{name}.md"
        assert all(notes[key] for key in ("summary", "description")), name


def alertmanager() -> Json:
    found: Json = yaml.safe_load((COMPOSE / "alertmanager" / "alertmanager.yml").read_text())
    return found


def test_alertmanager_takes_its_configuration(tmp_path: Path) -> None:
    path = COMPOSE / "alertmanager" / "alertmanager.yml"
    done = run("amtool", "check-config", path)
    assert done.returncode == 0, done.stdout
    wrong = tmp_path / "alertmanager.yml"
    wrong.write_text(path.read_text().replace("receiver: pager", "receiver: page"))
    assert run("amtool", "check-config", wrong).returncode != 0


def test_pages_and_tickets_go_different_ways() -> None:
    path = COMPOSE / "alertmanager" / "alertmanager.yml"
    for severity, receiver in (("page", "pager"), ("ticket", "tickets")):
        told = ("config", "routes", "test", f"--config.file={path}")
        done = run("amtool", *told, f"--verify.receivers={receiver}", f"severity={severity}")
        assert done.returncode == 0, done.stdout


def unknown_matchers(config: Json, names: set[str]) -> list[str]:
    """Names of alerts that a rule of inhibition waits for and that there are not."""
    found = []
    for rule in config["inhibit_rules"]:
        for matcher in (*rule["source_matchers"], *rule["target_matchers"]):
            label, pattern = re.split(r"=~?", matcher, maxsplit=1)
            if label == "alertname":
                wanted = pattern.strip('"').split("|")
                found += [one for one in wanted if not any(re.fullmatch(one, n) for n in names)]
    return found


def pages_that_a_ticket_keeps_back(config: Json, told: list[Json]) -> list[str]:
    """Names of pages that a rule of inhibition has wait for what is no page."""
    found = []
    for rule in config["inhibit_rules"]:
        source, target = rule["source_matchers"], rule["target_matchers"]
        tickets = [one for one in told if _matches(source, one) and not _pages(one)]
        waiting = [one["alert"] for one in told if _matches(target, one) and _pages(one)]
        found += waiting if tickets else []
    return sorted(set(found))


def _pages(alert: Json) -> bool:
    return bool(alert["labels"]["severity"] == "page")


def _matches(matchers: list[str], alert: Json) -> bool:
    """Whether the labels of an alert are such."""
    labels = alert["labels"] | {"alertname": alert["alert"]}
    each = [re.split(r"=~?", one, maxsplit=1) for one in matchers]
    return all(re.fullmatch(it.strip('"'), labels.get(label, "")) for label, it in each)


def test_no_page_is_kept_back_by_a_ticket() -> None:
    config = alertmanager()
    assert pages_that_a_ticket_keeps_back(config, alerts()) == []
    config["inhibit_rules"][-2]["source_matchers"].pop()
    assert pages_that_a_ticket_keeps_back(config, alerts()) == ["ModwatchBotsLost"]


def test_what_inhibits_and_is_inhibited_exists() -> None:
    assert unknown_matchers(alertmanager(), alert_names()) == []
    left = alert_names() - {"ModwatchRedisAway", "ModwatchOutboxAgeing"}
    assert "ModwatchRedisAway" in unknown_matchers(alertmanager(), left), "a mistake is found"
