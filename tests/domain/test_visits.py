"""Who was away for hours is told what happened, once, and until they have read it."""

import pytest

from domain.visits import AWAY_MS, LONGEST_MS, Visit, come_by


@pytest.mark.parametrize(
    ("before", "now_ms", "after"),
    [
        (None, 7, Visit(7)),
        (Visit(100), 100 + AWAY_MS, Visit(100 + AWAY_MS)),
        (Visit(100), 101 + AWAY_MS, Visit(101 + AWAY_MS, 100)),
        # Not read yet: it is still told, from the first absence on.
        (Visit(100, 50), 200, Visit(200, 50)),
        (Visit(100, 50), 101 + AWAY_MS, Visit(101 + AWAY_MS, 50)),
        # After a long time not everything.
        (Visit(100), 500 + LONGEST_MS, Visit(500 + LONGEST_MS, 500)),
        (Visit(100, 50), 500 + LONGEST_MS, Visit(500 + LONGEST_MS, 500)),
        # A clock that was ahead for a while: counted from what it says now.
        (Visit(10 * AWAY_MS), 5, Visit(5)),
    ],
)
def test_coming_by(before: Visit | None, now_ms: int, after: Visit) -> None:
    assert come_by(before, now_ms) == after
