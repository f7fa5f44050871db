"""Between an erasure and the next snapshots there are no figures: nothing may lean on them."""

from __future__ import annotations

from tests.parts import GUILD, Web, ingest, violation

PLACE = f"/api/v1/servers/{GUILD}"


def test_preferences_are_changed_between_an_erasure_and_the_next_figures(web: Web) -> None:
    ingest(web.bot(), *(violation(user_id=str(41 + number % 2)) for number in range(30)))
    web.materialise()
    owner = web.reader(role="owner")
    assert owner.delete(f"{PLACE}/members/41").status_code == 200
    answer = owner.put(
        f"{PLACE}/notification-preferences", json={"thresholds": {"health_score": 60}}
    )
    assert answer.status_code == 200, answer.json
