"""Every setting: its default, what it takes, and the one line that says what it does not."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from adapters.process.embedded_valkey import socket_path
from adapters.settings import ROOT, SettingError, Settings, load_settings
from tests.adapters.setting_values import GOOD, KEY, WRONG


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


# What it needs beside it.
BESIDE = {
    "BACKUP_PGBACKREST": {"MODWATCH_DATABASE_URL": "postgresql://h/d"},
    "DATABASE_DISTRIBUTED": {"MODWATCH_DATABASE_URL": "postgresql://h/d"},
    "DATABASE_POOLER": {"MODWATCH_DATABASE_URL": "postgresql://h/d"},
    "DISCORD_CLIENT_ID": {"MODWATCH_DISCORD_CLIENT_SECRET": "s"},
    "DISCORD_CLIENT_SECRET": {"MODWATCH_DISCORD_CLIENT_ID": "1"},
}


@pytest.mark.parametrize("variable", GOOD)
def test_good_values(base: dict[str, str], variable: str, tmp_path: Path) -> None:
    _, _, text, expected = GOOD[variable]
    base = base | BESIDE.get(variable, {})
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


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("u:p%40@h1:5433,h2/d", "u:p%40@/d?host=h1,h2&port=5433,5432"),
        ("h1,[::1]:7/d?sslmode=require", "/d?host=h1,::1&port=5432,7&sslmode=require"),
        ("u@/d?host=h1,h2&port=1,2", "u@/d?host=h1,h2&port=1,2"),
    ],
)
def test_several_hosts_in_both_notations(base: dict[str, str], given: str, meant: str) -> None:
    settings = load_settings(base | {"MODWATCH_DATABASE_URL": f"postgresql://{given}"})
    assert settings.database_url == f"postgresql+psycopg://{meant}"


def test_half_of_a_pair_says_what_is_missing(base: dict[str, str]) -> None:
    half = base | {"MODWATCH_DISCORD_CLIENT_ID": "1"}
    wanted = "MODWATCH_DISCORD_CLIENT_SECRET is required when MODWATCH_DISCORD_CLIENT_ID is set"
    assert refusal(half) == wanted
    other = refusal(base | {"MODWATCH_DISCORD_CLIENT_SECRET": "hush"})
    assert other.startswith("MODWATCH_DISCORD_CLIENT_ID is required when")


def test_a_misspelt_variable_is_named_with_its_neighbour(base: dict[str, str]) -> None:
    slips = {
        "MODWATCH_DATABSE_URL": "postgresql://u:hush@h/d",
        "MODWATCH_SMTP_URL_FIEL": "/run/secrets/smtp",
        "MODWATCH_ZZZZZZ": "1",
        "MODWATCH_COMMIT": "abc",
        "MODWATCH_PORT_8000_TCP_ADDR": "10.0.0.1",
        "MODWATCH_WEB_SERVICE_HOST": "10.0.0.1",
        "MODWATCHER": "another program's",
    }
    assert load_settings(base | slips).unknown == (
        "MODWATCH_DATABSE_URL is no setting of Modwatch and has no effect;"
        " did you mean MODWATCH_DATABASE_URL?",
        "MODWATCH_SMTP_URL_FIEL is no setting of Modwatch and has no effect;"
        " did you mean MODWATCH_SMTP_URL_FILE?",
        "MODWATCH_ZZZZZZ is no setting of Modwatch and has no effect",
    )


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
