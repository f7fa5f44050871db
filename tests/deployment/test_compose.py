"""compose.yaml and its Dockerfile: read by Compose and hadolint, and held against the product."""

from __future__ import annotations

import copy
import re
import shutil
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from adapters.settings import load_settings
from domain.task_names import QUEUES
from tests.deployment.texts import (
    COMPOSE,
    LEFT_OUT_OF_CONTAINERS,
    PROMETHEUS,
    ROOT,
    Json,
    compose,
    compose_model,
    documented_settings,
    run,
    setting_of,
)

OF_A_BUCKET = {
    f"AWS_{it}" for it in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "REGION", "ENDPOINT_URL")
}
OURS = ("web", "worker", "worker-long", "beat", "migrate")
# Not given by compose.yaml, and why.
LEFT_OUT = LEFT_OUT_OF_CONTAINERS | {
    "MODWATCH_BIND": "the image says it",
    "MODWATCH_DATA_DIR": "the image says it",
    "MODWATCH_KEEPALIVE_SECONDS": "the proxy is ours",
    "MODWATCH_METRICS_TOKEN": "the proxy hands /metrics to nobody",
}


def unknown_settings(model: Json) -> list[str]:
    return [
        f"{name}: {variable}"
        for name in OURS
        for variable in model["services"][name]["environment"]
        if setting_of(variable) not in documented_settings() and variable not in OF_A_BUCKET
    ]


def idle_queues(model: Json) -> list[str]:
    words = [word for name in OURS for word in model["services"][name]["command"]]
    taken = {
        queue
        for word in words
        if word.startswith("--queues=")
        for queue in word.removeprefix("--queues=").split(",")
    }
    return [f"nobody takes from {name}" for name in sorted(set(QUEUES) - taken)] + [
        f"there is no queue {name}" for name in sorted(taken - set(QUEUES))
    ]


def soft_containers(model: Json) -> list[str]:
    """Containers of ours that may do more than they need to."""
    found = []
    for name in OURS:
        service = model["services"][name]
        hard = (
            service.get("read_only") is True
            and service.get("user") == "10001:10001"
            and service.get("cap_drop") == ["ALL"]
            and "no-new-privileges:true" in service.get("security_opt", [])
            and not service.get("privileged")
        )
        found += [] if hard else [name]
    return found


def lost_mounts(model: Json) -> list[str]:
    """Files that are mounted and not there, and volumes that nobody mounts."""
    mounts = [one for service in model["services"].values() for one in service.get("volumes", ())]
    used = {one["source"] for one in mounts if one["type"] == "volume"}
    idle = [f"nobody mounts {name}" for name in sorted(set(model["volumes"]) - used)]
    files = {one["source"] for one in mounts if one["type"] == "bind"}
    return idle + [f"there is no {path}" for path in sorted(files) if not Path(path).exists()]


def unmade_secrets(model: Json) -> list[str]:
    made = set(re.findall(r"^(?:write|    write) (\w+)", _preparing(), re.MULTILINE))
    listed = re.search(r"for name in (.+); do", _preparing())
    made |= set(listed[1].split()) if listed else set()
    used = set(re.findall(r"/run/secrets/(\w+)", yaml.safe_dump(model, width=10_000)))
    return sorted(used - made)


def _preparing() -> str:
    return (COMPOSE / "prepare-secrets.sh").read_text()


CHECKS: tuple[Callable[[Json], list[str]], ...] = (
    unknown_settings,
    idle_queues,
    soft_containers,
    lost_mounts,
    unmade_secrets,
)


@pytest.mark.parametrize("check", CHECKS)
def test_compose_is_in_order(check: Callable[[Json], list[str]]) -> None:
    assert check(compose()) == []


def _misspelt(model: Json) -> None:
    model["services"]["web"]["environment"]["MODWATCH_PUBLIC_ULR"] = "https://localhost"


def _idle(model: Json) -> None:
    model["services"]["worker-long"]["command"][-2] = "--queues=lng"


def _soft(model: Json) -> None:
    del model["services"]["beat"]["cap_drop"]


def _lost(model: Json) -> None:
    model["services"]["proxy"]["volumes"][0]["source"] += "file"


def _unmade(model: Json) -> None:
    model["services"]["web"]["environment"]["MODWATCH_SMTP_URL_FILE"] = "/run/secrets/smtp"


@pytest.mark.parametrize(
    ("check", "plant"),
    [
        (unknown_settings, _misspelt),
        (idle_queues, _idle),
        (soft_containers, _soft),
        (lost_mounts, _lost),
        (unmade_secrets, _unmade),
    ],
)
def test_a_mistake_is_found(
    check: Callable[[Json], list[str]], plant: Callable[[Json], None]
) -> None:
    model = copy.deepcopy(compose())
    plant(model)
    assert check(model) != []


def test_compose_refuses_what_it_does_not_know(tmp_path: Path) -> None:
    folder = tmp_path / "compose"
    folder.mkdir()
    text = (COMPOSE / "compose.yaml").read_text()
    (folder / "compose.yaml").write_text(text.replace("stop_grace_period", "stop_grace", 1))
    with pytest.raises(AssertionError, match="stop_grace"):
        compose_model(folder)


def test_each_variable_is_in_the_example_with_its_default() -> None:
    text = (COMPOSE / "compose.yaml").read_text()
    asked = dict(re.findall(r"(?<!\$)\$\{(\w+):-([^}]*)\}", text))
    example = dict(re.findall(r"^(\w+)=(.*)$", (COMPOSE / ".env.example").read_text(), re.M))
    assert example == asked


def test_an_installation_as_it_comes_has_settings_that_can_be_used(tmp_path: Path) -> None:
    """With the secrets that the first start makes."""
    subprocess.run(["sh", COMPOSE / "prepare-secrets.sh", tmp_path], check=True)
    before = (tmp_path / "secret_key").read_bytes()
    subprocess.run(["sh", COMPOSE / "prepare-secrets.sh", tmp_path], check=True)
    assert (tmp_path / "secret_key").read_bytes() == before, "what is there is never touched"
    for name in OURS:
        environment = {
            variable: value.replace("/run/secrets/", f"{tmp_path}/")
            for variable, value in _environment(name).items()
            if value is not None
        }
        settings = load_settings({**environment, "MODWATCH_DATA_DIR": str(tmp_path)})
        assert settings.database_url.startswith("postgresql+psycopg://modwatch:")
        assert settings.public_url == "https://localhost"
        assert settings.discord_client_secret is None


def test_stores_of_other_profiles_have_addresses_that_can_be_used(tmp_path: Path) -> None:
    subprocess.run(["sh", COMPOSE / "prepare-secrets.sh", tmp_path], check=True)
    given = {
        "MODWATCH_DATA_DIR": str(tmp_path),
        "MODWATCH_REDIS_URL_FILE": str(tmp_path / "sentinel_url"),
        "MODWATCH_BROKER_URL_FILE": str(tmp_path / "rabbitmq_url"),
    }
    settings = load_settings(given)
    assert settings.redis_url is not None
    assert settings.redis_url.startswith("redis+sentinel://")
    assert settings.broker_url is not None
    assert settings.broker_url.startswith("amqp://modwatch:")
    text = (COMPOSE / ".env.example").read_text()
    assert "/run/secrets/sentinel_url" in text
    assert "/run/secrets/rabbitmq_url" in text


def test_what_prometheus_asks_is_there() -> None:
    model = compose()["services"]
    config = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())
    targets = [
        (name, found["port"])
        for job in config["scrape_configs"]
        for found in job.get("dns_sd_configs", ())
        for name in found["names"]
    ]
    assert {name for name, _ in targets} == set(OURS) - {"migrate"}
    for name, port in targets:
        told = model[name]["environment"].get("MODWATCH_WORKER_METRICS_PORT", "8000")
        assert int(told) == port, name
        assert set(model[name]["networks"]) & set(model["prometheus"]["networks"])


def test_hadolint_has_nothing_to_say(tmp_path: Path) -> None:
    done = run("hadolint", COMPOSE / "Dockerfile")
    assert done.returncode == 0, done.stdout
    wrong = tmp_path / "Dockerfile"
    wrong.write_text((COMPOSE / "Dockerfile").read_text().replace("USER 10001:10001", "USER root"))
    assert "DL3002" in run("hadolint", wrong).stdout, "the last user is root"


def images_looked_for_elsewhere(model: Json) -> list[str]:
    """Of ours: a start on an empty host would ask a registry for what is to be built."""
    ours = model["services"]["web"]["image"]
    users = {name: one for name, one in model["services"].items() if one["image"] == ours}
    assert len(users) > len(OURS)
    return sorted(name for name, one in users.items() if "build" not in one)


def test_one_command_builds_what_it_starts() -> None:
    assert images_looked_for_elsewhere(compose()) == []
    model = copy.deepcopy(compose())
    del model["services"]["secrets"]["build"]
    assert images_looked_for_elsewhere(model) == ["secrets"]


def test_all_of_the_product_is_in_the_image() -> None:
    text = (COMPOSE / "Dockerfile").read_text()
    copied = set(re.findall(r"^COPY (\w+) \1$", text, re.MULTILINE))
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    packages = {
        name for name in tool["importlinter"]["root_packages"] if not name.startswith("modwatch_")
    }
    assert packages <= copied
    allowed = (ROOT / ".dockerignore").read_text().splitlines()
    assert {f"!{name}" for name in copied} <= set(allowed)


def test_scripts_are_scripts() -> None:
    shell = shutil.which("sh")
    assert shell is not None
    scripts = [*COMPOSE.rglob("*.sh"), *(ROOT / "kubernetes").rglob("*.sh")]
    assert len(scripts) == 5
    for path in scripts:
        assert subprocess.run([shell, "-n", path], check=False).returncode == 0, path


def test_every_setting_is_given_or_left_out_for_a_reason() -> None:
    given = {setting_of(name) for one in OURS for name in _environment(one)}
    assert documented_settings() - given == set(LEFT_OUT)
    assert LEFT_OUT.keys() <= documented_settings()


def test_what_env_says_of_a_setting_or_a_bucket_reaches_all_of_ours(tmp_path: Path) -> None:
    shutil.copy(COMPOSE / "compose.yaml", tmp_path)
    said = {"MODWATCH_EXPORT_STORAGE": "s3://bucket", "AWS_REGION": "eu-central-1"}
    (tmp_path / ".env").write_text("".join(f"{name}={it}\n" for name, it in said.items()))
    services = compose_model(tmp_path)["services"]
    for name in OURS:
        assert said.items() <= services[name]["environment"].items(), name
    assert _environment("web").get("AWS_REGION") is None, "an empty one would count"


def _environment(service: str) -> Json:
    found: Json = compose()["services"][service]["environment"]
    return found
