"""The parts of this process, from inside a request or a command."""

from __future__ import annotations

from typing import cast

from flask import current_app

from services.container import Parts

NAME = "modwatch"


def parts() -> Parts:
    return cast(Parts, current_app.extensions[NAME])
