"""Whatever is imported gets installed: `make run` takes requirements.txt and nothing else."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent.parent
LAYERS = ("adapters", "api", "domain", "models", "schedules", "schemas", "services", "workers")


def _installed() -> set[str]:
    """What pip installs for requirements.txt, by the canonical names of the distributions."""
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    waiting = [Requirement(text) for line in lines if (text := line.partition("#")[0].strip())]
    found: dict[str, set[str]] = {}
    while waiting:
        one = waiting.pop()
        extras = found.setdefault(canonicalize_name(one.name), set())
        if new := {"", *one.extras} - extras:
            extras |= new
            waiting += _needed_by(one.name, new)
    return set(found)


def _needed_by(name: str, extras: set[str]) -> Iterator[Requirement]:
    for text in requires(name) or ():
        needed = Requirement(text)
        marker = needed.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in extras):
            yield needed


def _imported(file: Path) -> Iterator[str]:
    """The packages that a file imports, by the first part of their name."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def test_production_imports_nothing_that_is_not_installed_for_it() -> None:
    installed, distributions = _installed(), packages_distributions()
    known = {name for name, of in distributions.items() if installed & set(map(_canonical, of))}
    ours = {path.stem for path in ROOT.iterdir()} | set(sys.stdlib_module_names)
    files = [file for layer in LAYERS for file in (ROOT / layer).rglob("*.py")]
    assert len(files) > 100
    imported = {
        (name, str(file.relative_to(ROOT)))
        for file in (*files, *ROOT.glob("*.py"))
        for name in _imported(file)
    }
    assert {(name, file) for name, file in imported if name not in known | ours} == set()


def _canonical(name: str) -> str:
    return canonicalize_name(name)
