"""Every setting: its default, what it takes, and the one line that says what it does not."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from adapters.embedded_valkey import socket_path
from adapters.settings import ROOT, SettingError, Settings, load_settings

KEY = "k" * 32
# Variable -> its field, its default (None: see below), a good value and what that becomes.
GOOD: dict[str, tuple[str, object, str, object]] = {
    "DATA_DIR": ("data_dir", None, "/tmp/x/../modwatch", Path("/tmp/modwatch")),
    "DATABASE_URL": (
        "database_url",
        None,
        "postgresql://u:p@h:5432/d",
        "postgresql+psycopg://u:p@h:5432/d",
    ),
    "REDIS_URL": ("redis_url", None, "redis://h:6379/0", "redis://h:6379/0"),
    "PORT": ("port", 8000, "0", 0),
    "BIND": ("bind", "127.0.0.1", "::", "::"),
    "WEB_WORKERS": ("web_workers", 1, "64", 64),
    "PUBLIC_URL": ("public_url", "http://127.0.0.1:8000", "http://h:1/", "http://h:1"),
    "SECRET_KEY": ("secret_key", None, KEY, KEY),
    "DEMO": ("demo", False, "1", True),
    "DATABASE_POOL_SIZE": ("database_pool_size", 10, "1", 1),
    "DISCORD_API_URL": (
        "discord_api_url",
        "https://discord.com/api/v10",
        "http://127.0.0.1:9/api/v10/",
        "http://127.0.0.1:9/api/v10",
    ),
    "DISCORD_CLIENT_ID": ("discord_client_id", None, "1", "1"),
    "DISCORD_CLIENT_SECRET": ("discord_client_secret", None, "s", "s"),
    "DISCORD_BOT_TOKEN": ("discord_bot_token", None, "t", "t"),
    "EXPORT_DIR": ("export_dir", None, "/tmp/e", Path("/tmp/e")),
    "EXPORT_RETENTION_DAYS": ("export_retention_days", 30, "1", 1),
    "EVENT_RETENTION_DAYS": ("event_retention_days", 365, "31", 31),
    "METRICS_TOKEN": ("metrics_token", None, "t", "t"),
    "RATE_LIMITS": ("rate_limits", True, "0", False),
    "LOG_LEVEL": ("log_level", "info", "debug", "debug"),
    "LOG_FORMAT": ("log_format", "auto", "json", "json"),
}
NUMBERS = ["-1", "1.5", "many", " 1", "1e3", "٣", "9" * 5_000]
WRONG: dict[str, list[str]] = {
    "DATABASE_URL": [
        "mysql://h/d",
        "modwatch.db",
        "postgresql+psycopg2://h/d",
        "postgresql://h:port/d",
    ],
    "REDIS_URL": ["localhost:6379", "http://h", "None", "redis://h:port/0", "redis://h:99999/0"],
    "PORT": [*NUMBERS, "65536"],
    "BIND": ["everywhere", "127.0.0.1:80", "[::1]", "256.0.0.1"],
    "WEB_WORKERS": [*NUMBERS, "0", "65"],
    "PUBLIC_URL": [
        "example.com",
        "ftp://h",
        "http://",
        "http://h:port",
        "http://[",
        "http://h:0x1",
    ],
    "SECRET_KEY": ["short", "k" * 31],
    "DEMO": ["yes", "true", "2", "01"],
    "DATABASE_POOL_SIZE": [*NUMBERS, "0", "1001"],
    "DISCORD_API_URL": ["discord.com/api", "//h"],
    "EXPORT_RETENTION_DAYS": [*NUMBERS, "0"],
    "EVENT_RETENTION_DAYS": [*NUMBERS, "30"],
    "RATE_LIMITS": ["off", "-1"],
    "LOG_LEVEL": ["INFO", "trace", "info "],
    "LOG_FORMAT": ["text", "JSON"],
}


@pytest.fixture
def base(tmp_path: Path) -> dict[str, str]:
    """An environment that keeps what is made in a folder of the test."""
    return {"MODWATCH_DATA_DIR": str(tmp_path)}


def value(settings: Settings, variable: str) -> object:
    found: object = getattr(settings, GOOD[variable][0])
    return found


def refusal(environ: Mapping[str, str]) -> str:
    with pytest.raises(SettingError) as caught:
        load_settings(environ)
    message = str(caught.value)
    assert len(message.splitlines()) == 1
    return message


def test_the_table_above_has_every_variable(base: dict[str, str]) -> None:
    asked: set[str] = set()

    class Environment(dict[str, str]):
        def get(self, name: str, default: Any = None) -> Any:
            asked.add(name)
            return super().get(name, default)

    load_settings(Environment(base))
    names = {name.removeprefix("MODWATCH_") for name in asked if not name.endswith("_FILE")}
    assert names == set(GOOD)
    assert {f"MODWATCH_{name}_FILE" for name in names} <= asked
    assert set(WRONG) <= names


def test_the_documentation_has_every_variable() -> None:
    text = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `MODWATCH_([A-Z_]+)` \|", text, re.MULTILINE))
    assert documented == set(GOOD)


@pytest.mark.parametrize("variable", GOOD)
def test_defaults(base: dict[str, str], variable: str) -> None:
    expected = GOOD[variable][1]
    if expected is not None or variable.startswith(("DISCORD", "METRICS")):
        assert value(load_settings(base), variable) == expected
        # Set to nothing is not set: that is how compose files leave a variable out.
        assert value(load_settings(base | {f"MODWATCH_{variable}": ""}), variable) == expected


def test_defaults_lie_in_the_data_folder(base: dict[str, str], tmp_path: Path) -> None:
    settings = load_settings(base)
    assert settings.database_url == f"sqlite:///{tmp_path}/modwatch.db"
    assert settings.redis_url == f"unix://{socket_path(tmp_path)}"
    assert settings.export_dir == tmp_path / "exports"


@pytest.mark.parametrize("variable", GOOD)
def test_good_values(base: dict[str, str], variable: str, tmp_path: Path) -> None:
    _, _, text, expected = GOOD[variable]
    if variable != "DATA_DIR":
        assert value(load_settings(base | {f"MODWATCH_{variable}": text}), variable) == expected
    file = tmp_path / "setting"
    file.write_text(f"{text}\n", encoding="utf-8")
    environ = base | {f"MODWATCH_{variable}_FILE": str(file)}
    if variable != "DATA_DIR":
        assert value(load_settings(environ), variable) == expected
        assert value(load_settings(environ | {f"MODWATCH_{variable}": "not this"}), variable) == (
            expected
        )


@pytest.mark.parametrize(
    ("variable", "text"), [(name, text) for name, texts in WRONG.items() for text in texts]
)
def test_wrong_values_are_one_line_with_the_name(
    base: dict[str, str], variable: str, text: str, tmp_path: Path
) -> None:
    assert refusal(base | {f"MODWATCH_{variable}": text}).startswith(f"MODWATCH_{variable} ")
    file = tmp_path / "setting"
    file.write_text(text, encoding="utf-8")
    if text == text.strip():  # a file's last line ends with one that does not count
        assert f"MODWATCH_{variable}" in refusal(base | {f"MODWATCH_{variable}_FILE": str(file)})


@pytest.mark.parametrize("variable", GOOD)
def test_a_file_that_cannot_be_read(base: dict[str, str], variable: str, tmp_path: Path) -> None:
    name = f"MODWATCH_{variable}_FILE"
    assert refusal(base | {name: str(tmp_path / "none")}).startswith(f"{name} ")
    assert refusal(base | {name: str(tmp_path)}).startswith(f"{name} ")
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe")
    assert refusal(base | {name: str(binary)}).startswith(f"{name} ")


def test_secrets_do_not_show(base: dict[str, str]) -> None:
    for variable, secret in (
        ("SECRET_KEY", "hush"),
        ("DATABASE_URL", "mysql://user:hush@h/d"),
        ("DATABASE_URL", "postgresql://user:hush@h:port/d"),
        ("REDIS_URL", "http://:hush@h"),
        ("REDIS_URL", "redis://:hush@h:port/0"),
    ):
        assert "hush" not in refusal(base | {f"MODWATCH_{variable}": secret})


def test_demo_is_refused_on_https(base: dict[str, str]) -> None:
    https = {"MODWATCH_PUBLIC_URL": "https://mod.example", "MODWATCH_SECRET_KEY": KEY}
    assert load_settings(base | https).is_https
    assert "MODWATCH_DEMO" in refusal(base | https | {"MODWATCH_DEMO": "1"})
    shouted = {"MODWATCH_PUBLIC_URL": "HTTPS://mod.example", "MODWATCH_DEMO": "1"}
    assert "MODWATCH_DEMO" in refusal(base | https | shouted)


def test_https_needs_a_key_of_its_own(base: dict[str, str], tmp_path: Path) -> None:
    https = {"MODWATCH_PUBLIC_URL": "https://mod.example"}
    assert refusal(base | https).startswith("MODWATCH_SECRET_KEY ")
    load_settings(base)  # makes one, which does not count
    assert (tmp_path / "secret_key").exists()
    assert refusal(base | https).startswith("MODWATCH_SECRET_KEY ")


def test_the_secret_that_is_made_is_kept_and_private(base: dict[str, str], tmp_path: Path) -> None:
    secret = load_settings(base).secret_key
    assert len(secret) >= 32
    assert load_settings(base).secret_key == secret
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
    assert {path.name for path in tmp_path.iterdir()} == {"secret_key"}


def test_processes_that_start_together_have_one_secret(tmp_path: Path) -> None:
    program = "from adapters.settings import load_settings; print(load_settings().secret_key)"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env={"MODWATCH_DATA_DIR": str(tmp_path / "new")},
            stdout=subprocess.PIPE,
        )
        for _ in range(6)
    ]
    assert len({process.communicate()[0] for process in started}) == 1


def test_a_data_folder_that_cannot_be(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    message = refusal({"MODWATCH_DATA_DIR": str(file / "folder")})
    assert message.startswith("MODWATCH_DATA_DIR ")


def say(command: list[str], **settings: str) -> list[str]:
    """What a program that cannot start says, line by line."""
    environ = {f"MODWATCH_{name}": text for name, text in settings.items()}
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    return [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]


FLASK, CELERY = ["flask", "--app", "wsgi", "tokens", "list"], ["celery", "-A", "celery_config"]
GUNICORN = ["gunicorn", "--check-config", "wsgi:app"]


@pytest.mark.parametrize("command", [FLASK, [*CELERY, "report"], GUNICORN], ids=" ".join)
def test_programs_end_with_the_one_line(command: list[str], tmp_path: Path) -> None:
    said = say(command, DATA_DIR=str(tmp_path), PORT="many")
    assert said == ["modwatch: MODWATCH_PORT must be a whole number from 0 to 65535, not 'many'"]


@pytest.mark.parametrize("command", [FLASK, [*CELERY, "report"], GUNICORN], ids=" ".join)
def test_a_folder_for_the_database_that_cannot_be(command: list[str], tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    said = say(command, DATA_DIR=str(tmp_path), DATABASE_URL=f"sqlite:///{file}/folder/modwatch.db")
    assert len(said) == 1, said
    assert said[0].startswith("modwatch: MODWATCH_DATABASE_URL cannot be used: ")


@pytest.mark.parametrize(
    ("bind", "address"),
    [
        ("127.0.0.1", "127.0.0.1:8000"),
        ("localhost", "localhost:8000"),
        ("::1", "[::1]:8000"),
        ("::", "[::]:8000"),
    ],
)
def test_where_to_listen(base: dict[str, str], bind: str, address: str) -> None:
    assert load_settings(base | {"MODWATCH_BIND": bind}).listen_address == address


def test_a_worker_without_redis_says_so(tmp_path: Path) -> None:
    (line,) = say([*CELERY, "report"], DATA_DIR=str(tmp_path), REDIS_URL="none")
    assert "MODWATCH_REDIS_URL" in line
