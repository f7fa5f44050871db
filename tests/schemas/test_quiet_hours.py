"""Quiet hours as clients send them: a zone is needed, and they do not end when they start."""

from __future__ import annotations

import pytest
from marshmallow import ValidationError

from schemas.notification import PreferencesBody

NIGHT = {"start": "22:00", "end": "07:00", "timezone": "Europe/Berlin"}


def test_a_night_in_a_zone_is_taken() -> None:
    assert PreferencesBody().load({"quiet_hours": NIGHT}) == {"quiet_hours": NIGHT}


@pytest.mark.parametrize(
    ("hours", "field"),
    [
        (NIGHT | {"end": "22:00"}, "end"),
        (NIGHT | {"start": "24:00"}, "start"),
        (NIGHT | {"end": "7:00"}, "end"),
        (NIGHT | {"timezone": "Europe/Atlantis"}, "timezone"),
        ({"start": "22:00", "end": "07:00"}, "timezone"),
    ],
)
def test_what_is_no_night_is_refused_by_its_name(hours: dict[str, str], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        PreferencesBody().load({"quiet_hours": hours})
    assert list(refused.value.messages_dict["quiet_hours"]) == [field]
