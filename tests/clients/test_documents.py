"""What the READMEs of the clients say is so."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from pathlib import Path

import modwatch_client
import modwatch_cog
from modwatch_client import AsyncClient, Client
from modwatch_cog.settings import SEVERITIES, CogSettings
from tests.clients.modwatch import Modwatch
from tests.servers.web import ROOT

CLIENTS = ROOT / "clients"
PUBLIC = [name for name in vars(Client) if not name.startswith("_")]


def read(folder: str, name: str = "README.md") -> str:
    return (CLIENTS / folder / name).read_text()


def blocks(text: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", text, re.DOTALL)


def test_the_quick_start_runs(modwatch: Modwatch, guild_id: int, tmp_path: Path) -> None:
    code = blocks(read("modwatch_client"))[0]
    assert len([line for line in code.splitlines() if line.strip()]) <= 12
    for said, here in (
        ("http://127.0.0.1:8000", modwatch.url),
        ("mwb_...", modwatch.token()),
        ("/var/lib/bot/modwatch.db", str(tmp_path / "spool.db")),
        ("4242", str(guild_id)),
    ):
        assert said in code
        code = code.replace(said, here)
    exec(compile(code, "README.md", "exec"), {})
    assert modwatch.rows("reason", "violations", guild_id) == [("spam",)]
    assert modwatch.messages(guild_id) == 1


def test_every_block_is_python() -> None:
    for folder in ("modwatch_client", "modwatch_cog"):
        for code in blocks(read(folder)):
            wrapped = "async def _():\n" + "".join(f"    {line}\n" for line in code.splitlines())
            compile(wrapped, folder, "exec")


def test_both_clients_have_the_same_methods_and_all_are_documented() -> None:
    assert set(PUBLIC) - {"append"} == {name for name in vars(AsyncClient) if name[0] != "_"}
    text = read("modwatch_client")
    assert [name for name in PUBLIC if name != "append" and f"`{name}" not in text] == []


def test_every_setting_of_the_cog_is_documented() -> None:
    text = read("modwatch_cog") + str(CogSettings.__doc__)
    assert [one.name for one in fields(CogSettings) if one.name not in text] == []
    assert [deed for deed in SEVERITIES if f"`{deed}`" not in text and deed != "lifted"] == []


def test_packages_say_what_they_are() -> None:
    for package in (modwatch_client, modwatch_cog):
        name = package.__name__
        project = tomllib.loads(read(name, "pyproject.toml"))
        assert project["project"]["version"] == modwatch_client.__version__
        assert project["tool"]["setuptools"]["packages"] == [name]
        assert (CLIENTS / name / "py.typed").exists()
        missing = [one for one in package.__all__ if not hasattr(package, one)]
        assert missing == []
