"""An alert of a server without channels says that in its trail, once; and how large its raid is."""

from __future__ import annotations

from services.alerts.people import acknowledge_alert
from services.alerts.shown import alert_page, trail_page
from tests.parts import GUILD
from tests.services.alerts.town import Town, raid


def _trail(town: Town) -> list[tuple[str, str]]:
    page = trail_page(town.parts.database, GUILD, town.alert().id)
    assert page is not None
    return [(entry.kind, entry.text) for entry in page.trail]


def test_where_no_channel_is_the_trail_says_so(town: Town) -> None:
    town.ingest(*raid(town.clock() - 30_000))
    town.sweep()
    acknowledge_alert(town.parts, town.who, town.alert().id, None)
    assert [kind for kind, _ in _trail(town)] == ["opened", "not_told", "acknowledged"]
    assert _trail(town)[1][1] == "Told on the page only: no channel is set up for this."


def test_where_one_is_it_says_what_was_decided_there(quick_town: Town) -> None:
    town = quick_town
    town.add_channel("slack")
    town.ingest(*raid(town.clock() - 30_000))
    town.sweep()
    assert "not_told" not in [kind for kind, _ in _trail(town)]


def test_a_raid_that_grows_has_its_present_count_beside_the_alert(quick_town: Town) -> None:
    town = quick_town
    town.ingest(*raid(town.clock() - 30_000))
    town.sweep()
    town.ingest(*raid(town.clock() - 20_000, 5))
    town.sweep()
    shown = alert_page(town.parts.database, GUILD, town.alert().id)
    assert shown is not None
    assert (shown.value, shown.incident_violation_count) == (10, 15)
