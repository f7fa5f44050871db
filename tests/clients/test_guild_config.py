"""A guild's config, as edited on the dashboard: fresh, cheap, and there while the server is not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from modwatch_client import Client, ConfigUnavailable
from tests.clients.modwatch import Modwatch
from tests.clients.stand_in import StandIn

MakeClient = Callable[..., Client]


def test_config_and_rules(modwatch: Modwatch, make_client: MakeClient, guild_id: int) -> None:
    client = make_client(modwatch.url, modwatch.token(), config_maximum_age_seconds=0)
    before = client.guild_config(guild_id)
    assert (before.guild_id, before.version, before.has_rules) == (str(guild_id), 0, False)
    assert client.guild_config(str(guild_id)) is before  # 304
    with modwatch.admin(guild_id) as admin:
        admin.put("/rules", json={"rules": "Be <kind>."}).raise_for_status()
        change = {"severity_threshold": 0.75, "mod_role_id": "9001"}
        admin.put("/config", json=change).raise_for_status()
    after = client.guild_config(guild_id)
    assert (after.rules, after.has_rules, after.version) == ("Be <kind>.", True, 1)
    assert (after.severity_threshold, after.mod_role_id) == (0.75, "9001")


def test_not_asked_again_within_its_age(
    modwatch: Modwatch, make_client: MakeClient, guild_id: int
) -> None:
    client = make_client(modwatch.url, modwatch.token(), config_maximum_age_seconds=3600)
    first = client.guild_config(guild_id)
    client._config_http.close()  # asking would raise
    assert client.guild_config(guild_id) is first


def test_a_server_that_went_away(
    modwatch: Modwatch, make_client: MakeClient, guild_id: int
) -> None:
    client = make_client(modwatch.url, modwatch.token(), config_maximum_age_seconds=0)
    first = client.guild_config(guild_id)
    client._config_http.base_url = "http://127.0.0.1:9"
    assert client.guild_config(guild_id) is first
    assert client.guild_config(guild_id) is first


def test_never_read(make_client: MakeClient, modwatch: Modwatch, guild_id: int) -> None:
    with pytest.raises(ConfigUnavailable, match="ConnectError"):
        make_client("http://127.0.0.1:9").guild_config(guild_id)
    with pytest.raises(ConfigUnavailable, match="403"):
        make_client(modwatch.url, modwatch.token(guild_id + 1)).guild_config(guild_id)
    with pytest.raises(ValueError, match="must be a Discord id"):
        make_client(modwatch.url).guild_config("../tokens")


def test_something_else_answers(make_client: MakeClient, stand_in: StandIn) -> None:
    with pytest.raises(ConfigUnavailable, match="404"):
        make_client(stand_in.url).guild_config(1)
