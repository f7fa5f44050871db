"""Outcomes are written down together, and none takes another along."""

from __future__ import annotations

from itertools import count
from threading import Event
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, text, update
from sqlalchemy.exc import OperationalError

from models.deliveries.tables import Delivery
from services.deliveries.claiming import claim_due
from services.deliveries.engine import deliver
from services.deliveries.sending import Ended, hand_over
from services.deliveries.settling import settle_all
from tests.discord.exchange import Answer, text_answer
from tests.services.alerts.town import Town, raid

KINDS = ("slack", "pagerduty", "webhook")


def _ended(town: Town) -> list[Ended]:
    """A raid that all channels have been told of, and that is not written down yet."""
    for kind in KINDS:
        town.add_channel(kind)
    # Signatures are looked at elsewhere; the clock of these tests is another.
    town.hook.judge = lambda request: text_answer("", 200)  # type: ignore[method-assign]
    town.ingest(*raid(town.clock() - 30_000))
    town.parts.materialise()
    claim = uuid4()
    jobs = claim_due(town.parts, claim, len(KINDS))
    ended = [one for job in jobs if (one := hand_over(town.parts, job, claim))]
    assert len(ended) == len(KINDS)
    return ended


def _states(town: Town) -> dict[str, str]:
    return {row.channel_kind: row.state for row in town.deliveries() if row.kind == "firing"}


def _refuse(town: Town, id: UUID) -> None:
    """From here on the database takes no outcome of this delivery."""
    trigger = (
        "CREATE TRIGGER refused BEFORE UPDATE OF state ON deliveries"
        f" WHEN NEW.id = '{id.hex}' AND NEW.state = 'sent'"
        " BEGIN SELECT RAISE(ABORT, 'refused'); END"
    )
    with town.parts.database.write() as connection:
        connection.execute(text(trigger))


def test_those_that_end_together_are_written_together(town: Town) -> None:
    settle_all(town.parts, _ended(town))
    assert _states(town) == dict.fromkeys(KINDS, "sent")


def test_one_that_cannot_be_written_takes_no_other_along(quick_town: Town) -> None:
    town = quick_town
    ended = _ended(town)
    (refused,) = (one.job.row for one in ended if one.job.row.channel_kind == "pagerduty")
    _refuse(town, refused.id)
    settle_all(town.parts, ended)
    assert _states(town) == dict.fromkeys(KINDS, "sent") | {"pagerduty": "sending"}


def test_one_whose_claim_was_lost_is_left_and_takes_no_other_along(town: Town) -> None:
    ended = _ended(town)
    late = ended[0].job.row
    taken_over = update(Delivery).where(Delivery.id == late.id).values(claim=uuid4())
    with town.parts.database.write() as connection:
        connection.execute(taken_over)
    settle_all(town.parts, ended)
    assert _states(town) == dict.fromkeys(KINDS, "sent") | {late.channel_kind: "sending"}


def test_a_channel_that_breaks_takes_no_other_along(town: Town) -> None:
    town.slack.plan(text_answer("no_service", 404))
    settle_all(town.parts, _ended(town))
    assert _states(town) == {"slack": "dead", "pagerduty": "sent", "webhook": "sent"}
    assert "The channel slack does not work" in town.notified()


def test_what_was_sent_is_written_though_no_more_can_be_taken(quick_town: Town) -> None:
    """The database fails while one is told and another is still being told."""
    town = quick_town
    for kind in ("slack", "pagerduty"):
        town.add_channel(kind)
    town.ingest(*raid(town.clock() - 30_000))
    town.parts.materialise()
    has_failed, looks = Event(), count()
    event.listen(town.parts.database.engine, "handle_error", lambda _: has_failed.set())

    def answer_late() -> Answer:
        assert has_failed.wait(60)
        _rename(town, "away", "channels")
        return text_answer("ok", 200)

    def fail_at_the_second() -> bool:
        if next(looks) == 1:
            _rename(town, "channels", "away")
        return False

    town.slack.plan(answer_late)
    with pytest.raises(OperationalError, match="channels"):
        deliver(town.parts, fail_at_the_second)
    assert _states(town) == {"slack": "sent", "pagerduty": "sent"}


def _rename(town: Town, before: str, after: str) -> None:
    with town.parts.database.write() as connection:
        connection.execute(text(f"ALTER TABLE {before} RENAME TO {after}"))
