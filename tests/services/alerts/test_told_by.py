"""What people do about alerts is told to the others by name, and is no news to who did it."""

from __future__ import annotations

import orjson
import pytest

from domain.roles import Authenticated, Owner
from services.alerts.people import acknowledge_alert, resolve_alert
from services.live.outbox import publish_outbox
from services.notifications.inbox import NotificationsPage, notifications_page
from tests.parts import GUILD
from tests.services.alerts.town import Town, raid
from tests.services.events import user

OTHER = Authenticated(GUILD, 42, Owner)
ACTS = {"acknowledge": acknowledge_alert, "resolve": resolve_alert}
SAID = {"acknowledge": "is looking after it.", "resolve": "resolved it by hand."}


def _read(town: Town, who: Authenticated[Owner], unread: bool = False) -> NotificationsPage:
    return notifications_page(town.parts.database, who, 50, unread)


def _begin_raid(town: Town) -> None:
    town.add_channel("slack")
    town.ingest(*raid(town.clock() - 30_000))
    town.sweep()
    town.clock.advance(1000)  # what comes next is later


@pytest.mark.parametrize("what", ACTS)
def test_who_acts_has_read_of_it_and_others_read_their_name(town: Town, what: str) -> None:
    _begin_raid(town)
    town.ingest(user(GUILD, town.clock(), 41, "Ada"))
    ACTS[what](town.parts, town.who, town.alert().id, None)
    before = _read(town, town.who).unread_count
    assert _read(town, OTHER).unread_count == before + 1
    told = _read(town, OTHER).notifications[0]
    assert (told.by, told.by_username, told.message) == ("41", "Ada", f"Ada {SAID[what]}")
    town.sweep()
    assert f"Ada {SAID[what]}" in str(town.slack.accepted)
    heard = _heard(town)[-1]
    assert (heard["by"], heard["by_username"], heard["message"]) == ("41", "Ada", told.message)


def test_whose_name_is_not_known_is_somebody(quick_town: Town) -> None:
    town = quick_town
    _begin_raid(town)
    acknowledge_alert(town.parts, town.who, town.alert().id, None)
    told = _read(town, OTHER).notifications[0]
    assert (told.by, told.message) == ("41", "Somebody is looking after it.")
    assert _heard(town)[-1]["message"] == told.message


def _heard(town: Town) -> list[dict[str, str]]:
    """Notifications as open pages hear of them."""
    parts = town.parts
    publish_outbox(parts.database, parts.stream, parts.values, town.clock)
    events = [orjson.loads(one.body) for one in parts.stream.after(GUILD, 0, 1000)]
    return [one["data"] for one in events if one["type"] == "notification"]
