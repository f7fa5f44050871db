"""The files that an operator takes from `compose/`, `kubernetes/` and `runbooks/`, read."""

from __future__ import annotations

import json
import os
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tools.checkers import checker

ROOT = Path(__file__).resolve().parent.parent.parent
COMPOSE = ROOT / "compose"
PROMETHEUS = COMPOSE / "prometheus"
RUNBOOKS = ROOT / "runbooks"
PROFILES = ("monitoring", "backup", "ha", "rabbitmq")
Json = dict[str, Any]
# Settings that no container of ours is given, and why.
LEFT_OUT_OF_CONTAINERS = {
    "MODWATCH_BACKUP_DIR": "for SQLite, and containers have PostgreSQL",
    "MODWATCH_BACKUP_KEEP_DAYS": "the same",
    "MODWATCH_BACKUP_PGBACKREST": "pgBackRest runs where the server's data is",
    "MODWATCH_BACKUP_STANZA": "the same",
    "MODWATCH_BUILT_AT": "said when the image is built",
    "MODWATCH_COMMIT": "the same",
    "MODWATCH_DEMO": "refused together with https",
    "MODWATCH_DISCORD_API_URL": "for tests",
    "MODWATCH_EXPORT_DIR": "a path of the image, on a volume",
    "MODWATCH_PORT": "probes and proxies ask for 8000",
    "MODWATCH_RATE_LIMITS": "for tests",
}


def run(program: str, *arguments: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run one of the checkers; both of what it says in `stdout`."""
    command = [str(checker(program)), *map(str, arguments)]
    # Nothing that this machine's own settings say: what is checked is what stands in the files.
    clean = {"PATH": os.environ.get("PATH", ""), "HOME": "/proc/nonexistent"}
    return subprocess.run(
        command,
        cwd=cwd,
        env=clean,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def rules(folder: Path = PROMETHEUS / "rules") -> list[Json]:
    """Every rule, alerts and recorded ones."""
    files = [yaml.safe_load(path.read_text()) for path in sorted(folder.glob("*.yml"))]
    return [rule for file in files for group in file["groups"] for rule in group["rules"]]


def alerts() -> list[Json]:
    return [rule for rule in rules() if "alert" in rule]


def alert_names() -> set[str]:
    return {rule["alert"] for rule in alerts()}


def compose_model(folder: Path = COMPOSE) -> Json:
    """compose.yaml as Compose itself understands it, with every profile."""
    chosen = [word for name in PROFILES for word in ("--profile", name)]
    done = run("docker-compose", *chosen, "config", "--format", "json", cwd=folder)
    assert done.returncode == 0, done.stdout
    found: Json = json.loads(done.stdout)
    return found


@cache
def compose() -> Json:
    return compose_model()


@cache
def documented_settings() -> frozenset[str]:
    text = (ROOT / "docs" / "configuration.md").read_text()
    return frozenset(re.findall(r"`(MODWATCH_[A-Z_]+)`", text))


def setting_of(variable: str) -> str:
    """The setting that an environment variable gives, also by a file."""
    name = variable.removesuffix("_FILE")
    return name if name in documented_settings() else variable
