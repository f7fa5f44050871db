"""Which Modwatch this is: the version stands here and nowhere else.

`commit` and `built_at` are set when an image is built; a checkout knows its commit by itself.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

VERSION = "0.1.0"
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Version:
    version: str
    commit: str | None
    built_at: str | None

    def __str__(self) -> str:
        known = {"commit": self.commit and self.commit[:12], "built": self.built_at}
        said = ", ".join(f"{name} {value}" for name, value in known.items() if value)
        return f"{self.version} ({said})" if said else self.version


def this_version() -> Version:
    environ = os.environ
    commit = environ.get("MODWATCH_COMMIT") or commit_of(ROOT)
    return Version(VERSION, commit, environ.get("MODWATCH_BUILT_AT"))


def commit_of(checkout: Path) -> str | None:
    """The commit that a checkout of git stands on; None where it is none, or it cannot be told."""
    with suppress(OSError, UnicodeDecodeError):
        folder = _git_folder(checkout)
        head = (folder / "HEAD").read_text().strip()
        found = _reference(folder, head.removeprefix("ref: ")) if head.startswith("ref: ") else head
        return found if found and re.fullmatch(r"[0-9a-f]{40,64}", found) else None
    return None


def _git_folder(checkout: Path) -> Path:
    """`.git` itself, or what it names where this is a worktree."""
    place = checkout / ".git"
    if place.is_dir():
        return place
    return checkout / place.read_text().strip().removeprefix("gitdir: ")


def _reference(folder: Path, name: str) -> str | None:
    with suppress(FileNotFoundError):
        # A worktree has its own HEAD, and shares the branches.
        folder = folder / (folder / "commondir").read_text().strip()
    with suppress(FileNotFoundError):
        return (folder / name).read_text().strip()
    packed = (folder / "packed-refs").read_text()
    found = re.search(rf"^([0-9a-f]+) {re.escape(name)}$", packed, re.MULTILINE)
    return found[1] if found else None
