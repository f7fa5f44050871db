"""What the answer about moderators says of each."""

from __future__ import annotations

from domain.actions import Action
from schemas.answers.common import (
    Answer,
    avatar,
    count,
    percent,
    person,
    positive,
    record,
    username,
)


class ModeratorAnswer(Answer):
    user_id = person("77")
    username = username()
    avatar = avatar()
    actions_total = count(34)
    actions = record("ActionCounts", **{one: count(6) for one in Action})
    response_time_p50_ms = positive(5_400.0)
    response_time_p95_ms = positive(61_000.0)
    overturned_count = count(1)
    overturned_pct = percent(2.9)
