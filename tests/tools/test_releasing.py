"""One place has the version; a release moves it, and the changelog; the list of what is in it."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

from adapters.version import ROOT, VERSION, Version, commit_of
from tools.release import ReleaseError, release
from tools.sbom import sbom

COMMIT, OTHER = "1f" * 20, "2e" * 20


def test_the_version_stands_in_one_place() -> None:
    assert "version" in tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dynamic"]
    changelog = (ROOT / "CHANGELOG.md").read_text()
    headings = re.findall(r"^## (.+)$", changelog, re.MULTILINE)
    assert headings[0] == "Unreleased"
    assert len(headings) == 1 or headings[1].startswith(f"{VERSION} - ")


def test_it_is_said_with_its_commit() -> None:
    assert str(Version("1.2.3", None, None)) == "1.2.3"
    assert str(Version("1.2.3", COMMIT, None)) == "1.2.3 (commit 1f1f1f1f1f1f)"
    built = Version("1.2.3", COMMIT, "2026-03-18T10:20:05Z")
    assert str(built) == "1.2.3 (commit 1f1f1f1f1f1f, built 2026-03-18T10:20:05Z)"


def test_a_checkout_knows_its_commit(tmp_path: Path) -> None:
    git = tmp_path / ".git"
    assert commit_of(tmp_path) is None
    (git / "refs/heads").mkdir(parents=True)
    (git / "HEAD").write_text(f"{COMMIT}\n")
    assert commit_of(tmp_path) == COMMIT, "a commit by itself"
    (git / "HEAD").write_text("ref: refs/heads/main\n")
    assert commit_of(tmp_path) is None, "no commit yet"
    (git / "packed-refs").write_text(
        f"# packed\n{OTHER} refs/heads/main2\n{COMMIT} refs/heads/main\n"
    )
    assert commit_of(tmp_path) == COMMIT
    (git / "refs/heads/main").write_text(f"{OTHER}\n")
    assert commit_of(tmp_path) == OTHER, "moved since it was packed"
    (git / "HEAD").write_text("ref: refs/heads/../../../secret\n")
    (tmp_path / "secret").write_text("no commit")
    assert commit_of(tmp_path) is None


def test_a_worktree_knows_its_commit(tmp_path: Path) -> None:
    own, shared = tmp_path / "main/.git/worktrees/other", tmp_path / "main/.git/refs/heads"
    for folder in (own, shared, tmp_path / "other"):
        folder.mkdir(parents=True)
    (tmp_path / "other/.git").write_text(f"gitdir: {own}\n")
    (own / "HEAD").write_text("ref: refs/heads/topic\n")
    (own / "commondir").write_text("../..\n")
    (shared / "topic").write_text(f"{COMMIT}\n")
    assert commit_of(tmp_path / "other") == COMMIT


def _checkout(folder: Path, news: str) -> Path:
    (folder / "adapters").mkdir()
    (folder / "adapters/version.py").write_text('VERSION = "0.1.0"\n')
    (folder / "CHANGELOG.md").write_text(
        f"# Changelog\n\n## Unreleased\n{news}\n## 0.1.0 - 2026-01-01\n- first\n"
    )
    return folder


def test_a_release_moves_what_was_collected(tmp_path: Path) -> None:
    root = _checkout(tmp_path, "\n### Added\n- something\n")
    release(root, "0.2.0", "2026-03-18", current="0.1.0")
    assert (root / "adapters/version.py").read_text() == 'VERSION = "0.2.0"\n'
    text = (root / "CHANGELOG.md").read_text()
    assert (
        text.index("## Unreleased")
        < text.index("## 0.2.0 - 2026-03-18")
        < text.index("- something")
    )
    with pytest.raises(ReleaseError, match="says nothing"):
        release(root, "0.3.0", "2026-03-19", current="0.2.0")


@pytest.mark.parametrize("version", ["", "1.2", "v1.2.3", "0.1.0", "0.0.9", "1.2.3\n"])
def test_what_is_no_later_version_changes_nothing(tmp_path: Path, version: str) -> None:
    root = _checkout(tmp_path, "- something\n")
    before = (root / "CHANGELOG.md").read_text()
    with pytest.raises(ReleaseError):
        release(root, version, "2026-03-18", current="0.1.0")
    assert (root / "CHANGELOG.md").read_text() == before


def test_the_list_of_parts_is_that_of_the_lock_files() -> None:
    found = json.loads(sbom(ROOT))
    assert (found["bomFormat"], found["specVersion"]) == ("CycloneDX", "1.6")
    assert found["metadata"]["component"]["version"] == VERSION
    parts = {one["purl"]: one for one in found["components"]}
    locked = re.findall(
        r"^([\w.-]+)==(\S+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE
    )
    assert {f"pkg:pypi/{name}@{version}" for name, version in locked} <= set(parts)
    assert "pkg:npm/lit-html@3.3.3" in parts
    assert parts["pkg:npm/lit-html@3.3.3"]["hashes"][0]["alg"] == "SHA-512"
    assert not any("eslint" in purl or "pytest" in purl for purl in parts)
