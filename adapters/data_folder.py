"""What is made in the data folder by whichever process comes first."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path


def kept_secret(path: Path) -> str:
    """The secret of this data folder; made once, also when several processes start together."""
    with suppress(FileNotFoundError):  # first: to read takes no room on a full disk
        return path.read_text(encoding="utf-8")
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.touch(mode=0o600)
    fresh.write_text(secrets.token_urlsafe(48), encoding="utf-8")
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass  # another process was first: its secret counts
    finally:
        fresh.unlink()
    return path.read_text(encoding="utf-8")
