"""Each alert has a runbook and each runbook of an alert its alert; their commands can be typed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from services.operations.health import RUNBOOKS as OF_HEALTH
from tests.deployment.shell_lines import commands_in, complaint
from tests.deployment.texts import ROOT, RUNBOOKS, alert_names

FILES = sorted(RUNBOOKS.glob("*.md"))
MANUALS = [ROOT / "docs" / name for name in ("backups.md", "deployment.md")]
SECTIONS = ["Meaning", "Impact", "Diagnosis", "Mitigation"]


def test_alerts_and_their_runbooks_are_the_same() -> None:
    assert {path.stem for path in FILES if path.stem.startswith("Modwatch")} == alert_names()


def test_each_is_in_the_list() -> None:
    listed = set(re.findall(r"\]\(([\w-]+)\.md\)", (RUNBOOKS / "README.md").read_text()))
    assert listed == {path.stem for path in FILES} - {"README"}


def test_what_health_names_is_there() -> None:
    assert set(OF_HEALTH.values()) <= {path.stem for path in FILES}


@pytest.mark.parametrize(
    "path", [one for one in FILES if one.stem.startswith("M")], ids=lambda p: p.stem
)
def test_a_runbook_of_an_alert_has_its_four_parts(path: Path) -> None:
    text = path.read_text()
    assert text.startswith(f"# {path.stem}\n")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == SECTIONS
    assert "```sh" in text.partition("## Diagnosis")[2].partition("## Mitigation")[0]


@pytest.mark.parametrize("path", FILES + MANUALS, ids=lambda path: path.stem)
def test_its_commands_exist(path: Path) -> None:
    found = [(words, complaint(words)) for words in commands_in(path)]
    assert [(words, wrong) for words, wrong in found if wrong] == []


@pytest.mark.parametrize("path", FILES + MANUALS, ids=lambda path: path.stem)
def test_its_links_lead_somewhere(path: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#([\w-]+))?\)", path.read_text())
    for file, heading in links:
        target = path.parent / file
        assert target.exists(), file
        titles = re.findall(r"^#+ (.+)$", target.read_text(), re.MULTILINE)
        slugs = {re.sub(r"[^\w -]", "", one).lower().replace(" ", "-") for one in titles}
        assert not heading or heading in slugs, f"{file}#{heading}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_it_measures_is_documented(path: Path) -> None:
    documented = (ROOT / "docs" / "metrics.md").read_text()
    for name in re.findall(r"modwatch_[a-z_]+", path.read_text()):
        if name not in ("modwatch_before",):
            assert name in documented, name


@pytest.mark.parametrize(
    "line",
    [
        "modwatch delivery list",
        "modwatch deliveries list",
        "modwatch deliveries list --guild 1 --state dead",
        "docker compose restart wroker",
        "docker compose scale wroker=3",
        "docker compose exec web modwatch db upgrad",
        "kubectl -n modwatch exec deploy/web -- modwatch work lst",
        "kubectl -n modwatch rollout restart deploy/wroker",
        "kubectl -n modwatch get pods -l app.kubernetes.io/component=wroker",
        "make serv",
        "systemctl restart modwatch-wroker",
        "systemctl stop modwatch-web modwatch-worker modwatch-beat postgresql",
        "systemctl restart modwatch-worker",
        "MODWATCH_BACKUP_DRI=/mnt/backups",
        "ask /helth",
        "modwatchctl status",
    ],
)
def test_a_command_that_there_is_not_is_found(tmp_path: Path, line: str) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"```sh\n{line}   # good: 0\n```\n")
    assert [complaint(words) for words in commands_in(page)] != [None]
