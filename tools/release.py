"""`make release TO=1.2.3`: the version, and what CHANGELOG.md has collected, under its name.

Writes the two files and nothing else: what is released is committed and tagged by hand.
"""

from __future__ import annotations

import re
import sys
from datetime import UTC, datetime
from pathlib import Path

from adapters.version import ROOT, VERSION

NAME = re.compile(r"(\d+)\.(\d+)\.(\d+)")
UNRELEASED = "## Unreleased\n"


class ReleaseError(Exception):
    """Why this cannot become a release; nothing was written."""


def main() -> None:
    try:
        release(
            ROOT, sys.argv[1] if len(sys.argv) > 1 else "", datetime.now(UTC).date().isoformat()
        )
    except ReleaseError as error:
        sys.exit(f"make release: {error}")


def release(root: Path, version: str, day: str, current: str = VERSION) -> None:
    """Write both files. Raises ReleaseError."""
    if _numbers(version) <= _numbers(current):
        raise ReleaseError(f"{version} does not come after {current}")
    changelog, code = root / "CHANGELOG.md", root / "adapters" / "version.py"
    news = changelog.read_text().partition(UNRELEASED)[2].partition("\n## ")[0].strip()
    if not news:
        raise ReleaseError("CHANGELOG.md says nothing under Unreleased")
    heading = f"{UNRELEASED}\n## {version} - {day}\n"
    changelog.write_text(changelog.read_text().replace(UNRELEASED, heading, 1))
    code.write_text(code.read_text().replace(f'VERSION = "{current}"', f'VERSION = "{version}"', 1))


def _numbers(version: str) -> tuple[int, ...]:
    if (found := NAME.fullmatch(version)) is None:
        raise ReleaseError(f"a version is three numbers such as 1.2.3, not {version!r} (TO=1.2.3)")
    return tuple(map(int, found.groups()))


if __name__ == "__main__":
    main()
