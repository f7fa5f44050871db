"""Which Modwatch this is. `commit` and `built_at` are set when an image is built."""

from __future__ import annotations

import os
from dataclasses import dataclass

VERSION = "0.1.0"


@dataclass(frozen=True, slots=True)
class Version:
    version: str
    commit: str | None
    built_at: str | None


def this_version() -> Version:
    environ = os.environ
    return Version(VERSION, environ.get("MODWATCH_COMMIT"), environ.get("MODWATCH_BUILT_AT"))
