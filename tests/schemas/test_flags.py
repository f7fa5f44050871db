"""A flag is true or false."""

from __future__ import annotations

from typing import Any

import pytest
from marshmallow import ValidationError

from schemas.events.fields import load_event

WARNING = {
    "type": "warning",
    "id": "5f0c2a52-6c0e-4a44-9d26-9ad3a2a3e6e1",
    "guild_id": "700",
    "timestamp": "2026-03-18T10:20:05.250Z",
    "user_id": "41",
    "level": 1,
}


@pytest.mark.parametrize("flag", [True, False, None])
def test_a_flag(flag: bool | None) -> None:
    loaded: Any = load_event(WARNING | {"kicked_before": flag})
    assert loaded.kicked_before is flag


@pytest.mark.parametrize("flag", [0, 1, 1.0, 0.0, "true", "", [], {}])
def test_what_is_none(flag: object) -> None:
    with pytest.raises(ValidationError, match="must be true or false"):
        load_event(WARNING | {"kicked_before": flag})
