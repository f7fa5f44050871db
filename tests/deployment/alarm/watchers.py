"""A real Prometheus and Alertmanager on the files of `compose/`, in a hurry."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from tests.deployment.texts import COMPOSE, PROMETHEUS
from tests.servers.ports import free_port
from tools.checkers import UNPACKED, checker
from tools.supervisor import Child

# Everything that waits is made to wait for a second: what is tried is that one hears of the other.
SOON = "1s"


@contextmanager
def templates() -> Iterator[None]:
    """Debian's Alertmanager has a path for its own texts, where an unpacked one has put nothing."""
    place = Path("/usr/share/prometheus/alertmanager")
    if place.exists():
        yield
        return
    had = next(one for one in place.parents if one.exists())
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(UNPACKED / place.relative_to("/"))
    try:
        yield
    finally:
        place.unlink()
        if place.parent != had:
            place.parent.rmdir()


def alertmanager(folder: Path, pager_url: str, port: int) -> Child:
    config = yaml.safe_load((COMPOSE / "alertmanager" / "alertmanager.yml").read_text())
    config["route"] |= {"group_wait": SOON, "group_interval": SOON}
    for receiver in config["receivers"]:
        for hook in receiver["webhook_configs"]:
            hook["url"] = pager_url
    (folder / "alertmanager.yml").write_text(yaml.safe_dump(config))
    command = (
        str(checker("prometheus-alertmanager")),
        f"--config.file={folder / 'alertmanager.yml'}",
        f"--storage.path={folder / 'alertmanager'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
        "--log.level=error",
    )
    return Child("alertmanager", command)


def prometheus(folder: Path, targets: dict[str, str], alertmanager_port: int) -> Child:
    """`targets` says the host and port of each job."""
    config = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())
    config["global"] |= {"scrape_interval": SOON, "evaluation_interval": SOON}
    config["rule_files"] = [str(folder / "rules" / "*.yml")]
    place = {"static_configs": [{"targets": [f"127.0.0.1:{alertmanager_port}"]}]}
    config["alerting"]["alertmanagers"] = [place]
    config["scrape_configs"] = [
        {"job_name": job, "static_configs": [{"targets": [target]}]}
        for job, target in targets.items()
    ]
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
    _hasty_rules(folder / "rules")
    command = (
        str(checker("prometheus")),
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'prometheus'}",
        f"--web.listen-address=127.0.0.1:{free_port()}",
        "--log.level=error",
    )
    return Child("prometheus", command)


def _hasty_rules(folder: Path) -> None:
    folder.mkdir()
    for path in (PROMETHEUS / "rules").glob("*.yml"):
        text = re.sub(r"^( +for:) \d+m$", rf"\1 {SOON}", path.read_text(), flags=re.MULTILINE)
        (folder / path.name).write_text(text)
