"""The units: programs that there are, every queue taken from, ports of their own."""

from __future__ import annotations

import re
import subprocess
from configparser import ConfigParser
from pathlib import Path

import pytest

from adapters.settings import load_settings
from domain.task_names import QUEUES
from services.backups.keeper import CREATE, REHEARSE
from tests.deployment.shell_lines import commands_in, complaint
from tests.deployment.texts import COMPOSE, ROOT

UNITS = sorted((COMPOSE / "systemd").glob("*.service"))


def read(unit: Path) -> ConfigParser:
    # Some options of systemd may be given several times.
    parser = ConfigParser(interpolation=None, strict=False)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(unit.read_text())
    return parser


def test_there_is_one_for_each_process() -> None:
    assert {unit.stem for unit in UNITS} == {
        f"modwatch-{name}" for name in ("web", "worker", "worker-long", "beat")
    }


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_starts_a_program_of_the_venv_as_nobody_special(unit: Path) -> None:
    service = read(unit)["Service"]
    program = service["ExecStart"].split()[0]
    assert program.startswith("/opt/modwatch/.venv/bin/")
    assert (ROOT / ".venv" / "bin" / Path(program).name).exists()
    assert (service["User"], service["NoNewPrivileges"]) == ("modwatch", "yes")
    assert (service["ProtectSystem"], service["StateDirectory"]) == ("strict", "modwatch")


def test_backups_are_made_as_the_user_who_has_the_servers_data() -> None:
    folder = COMPOSE / "systemd" / "pgbackrest"
    service = read(folder / "modwatch-backup.service")["Service"]
    assert (service["User"], service["NoNewPrivileges"]) == ("postgres", "yes")
    _, *words = service["ExecStart"].split()
    assert complaint(["modwatch", *words]) is None
    assert set(words) >= {CREATE, REHEARSE}
    assert (folder / "modwatch-backup.timer").read_text().count("OnCalendar=") == 1
    written = service["ReadWritePaths"].replace("-/", "/").split()
    manual = (ROOT / "docs" / "backups.md").read_text()
    assert re.findall(r"^repo1-path=(\S+)", manual, re.MULTILINE)[0] in written
    # All others are modwatch's, whose folder this user may not touch.
    (own,) = re.findall(r"^MODWATCH_DATA_DIR=(\S+)", (folder / "backup.env").read_text(), re.M)
    assert own == f"/var/lib/{service['StateDirectory']}"
    assert own not in {f"/var/lib/{read(unit)['Service']['StateDirectory']}" for unit in UNITS}


def test_copies_of_sqlite_can_be_written_where_the_manual_has_them() -> None:
    manual = (ROOT / "docs" / "backups.md").read_text()
    (folder,) = re.findall(r"^MODWATCH_BACKUP_DIR=(\S+)", manual, re.MULTILINE)
    service = read(COMPOSE / "systemd" / "modwatch-worker-long.service")["Service"]
    assert f"-{folder}" in service["ReadWritePaths"].split()
    made = [words for words in commands_in(ROOT / "docs" / "backups.md") if words[-1] == folder]
    assert [words[0] for words in made] == ["install"]


def test_every_queue_is_taken_from_and_no_port_twice() -> None:
    texts = [unit.read_text() for unit in UNITS]
    queues = [name for text in texts for name in _queues(text)]
    assert sorted(queues) == sorted(QUEUES)
    ports = re.findall(r"MODWATCH_WORKER_METRICS_PORT=(\d+)", "\n".join(texts))
    assert len(set(ports)) == len(ports) == 3
    names = re.findall(r"--hostname=(\S+)", "\n".join(texts))
    assert len(set(names)) == len(names) == 2, "two workers of one host are told apart"


def _queues(text: str) -> list[str]:
    found = re.search(r"--queues=(\S+)", text)
    return found[1].split(",") if found else []


def test_the_settings_can_be_used_by_systemd_and_by_a_shell(tmp_path: Path) -> None:
    """Commands by hand read the same file."""
    text = (COMPOSE / "systemd" / "modwatch.env").read_text()
    file = tmp_path / "modwatch.env"
    data = f"MODWATCH_DATA_DIR={tmp_path}"
    file.write_text(text.replace("MODWATCH_DATA_DIR=/var/lib/modwatch", data))
    shown = ["sh", "-c", f"set -a; . {file}; set +a; env -0"]
    done = subprocess.run(shown, capture_output=True, text=True, check=True, env={"PATH": "/bin"})
    environment = dict(one.partition("=")[::2] for one in done.stdout.split("\0") if one)
    settings = load_settings({**environment, "MODWATCH_SECRET_KEY": "k" * 40})
    assert settings.is_https
    assert settings.login_redirect_url == "https://mod.example.com/api/auth/callback"
