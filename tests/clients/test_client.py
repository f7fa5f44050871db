"""The client against the real server: everything arrives, once, and what was refused says why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from modwatch_client import (
    AppealEvent,
    Client,
    ClientClosed,
    DeadLetter,
    GuildEvent,
    HeartbeatEvent,
    MessagesEvent,
    RateLimit,
    UserEvent,
    WarningEvent,
)
from tests.clients.made import ids, violation, violations
from tests.clients.modwatch import Modwatch
from tests.parts import until

MakeClient = Callable[..., Client]


def test_every_type_of_event(modwatch: Modwatch, make_client: MakeClient, guild_id: int) -> None:
    client = make_client(modwatch.url, modwatch.token())
    breach = violation(
        guild_id, rule="no spam", message_id=5, channel_id="6", moderator_id=7, content_hash="ab"
    )
    client.send(
        breach,
        MessagesEvent(guild_id=guild_id, count=3, response_time_ms_sum=30, response_time_count=3),
        HeartbeatEvent(
            guild_id=guild_id,
            latency_ms=42,
            shard_id=1,
            rate_limit=RateLimit(limit=50, remaining=49),
        ),
        WarningEvent(guild_id=guild_id, user_id=41, level=2, kicked_before=True),
        AppealEvent(guild_id=guild_id, appeal_id="a1", violation_id=breach.id, status="pending"),
        GuildEvent(guild_id=guild_id, name="Gärten", icon="ic", owner_id=1, member_count=9),
        UserEvent(guild_id=guild_id, user_id=41, username="Ünal", avatar="av", discriminator="0"),
    )
    assert client.flush().done
    stats = client.stats()
    assert (stats.accepted, stats.rejected, stats.waiting) == (7, 0, 0)
    assert modwatch.violations(guild_id) == {str(breach.id): 1}
    assert modwatch.messages(guild_id) == 3
    assert modwatch.rows("name, member_count", "guilds", guild_id) == [("Gärten", 9)]
    assert modwatch.rows("level, kicked_before", "user_warnings", guild_id) == [(2, 1)]


def test_sent_again_it_counts_once(
    modwatch: Modwatch, make_client: MakeClient, guild_id: int
) -> None:
    client = make_client(modwatch.url, modwatch.token())
    events = violations(guild_id, 20)
    for _ in range(2):
        client.send(*events)
        assert client.flush().done
    assert modwatch.violations(guild_id) == Counter(ids(events))
    assert (client.stats().accepted, client.stats().duplicates) == (20, 20)


def test_refused_events_say_why_and_hold_up_nobody(
    modwatch: Modwatch, make_client: MakeClient, guild_id: int
) -> None:
    """Among good ones; then a batch of which nothing is valid (422); then a foreign one (403)."""
    told: list[DeadLetter] = []
    client = make_client(modwatch.url, modwatch.token(guild_id), on_rejected=told.append)
    old = datetime.now(UTC) - timedelta(days=31)
    good, stale = violations(guild_id, 3), violations(guild_id, 2, timestamp=old)
    foreign = violation(guild_id + 500_000)
    client.send(good[0], stale[0], good[1], foreign, good[2])
    assert client.flush().done
    client.send(stale[1])
    assert client.flush().done
    other = violation(guild_id + 500_000)
    client.send(other)
    assert client.flush().done
    assert modwatch.violations(guild_id) == Counter(ids(good))
    letters = {letter.id: letter.errors for letter in client.dead_letters()}
    assert letters == {
        str(stale[0].id): {"timestamp": ["is more than 30 days back"]},
        str(stale[1].id): {"timestamp": ["is more than 30 days back"]},
        str(foreign.id): {"guild_id": ["this token may not write for this server"]},
        str(other.id): {"guild_id": ["this token may not write for this server"]},
    }
    until(lambda: len(told) == 4, 60, "the last callback")
    assert [letter.id for letter in told] == [letter.id for letter in client.dead_letters()]
    assert client.dead_letters()[0].event["reason"] == "spam"


def test_dead_letters_can_be_sent_again(
    modwatch: Modwatch, make_client: MakeClient, guild_id: int
) -> None:
    refused = make_client(modwatch.url, modwatch.token(guild_id + 500_000))
    events = violations(guild_id, 3)
    refused.send(*events)
    refused.close()
    client = make_client(modwatch.url, modwatch.token(guild_id))
    assert client.requeue_dead_letters() == 3
    assert client.flush().done
    assert (modwatch.violations(guild_id), client.dead_letters()) == (Counter(ids(events)), [])


def test_hostile_text(modwatch: Modwatch, make_client: MakeClient, guild_id: int) -> None:
    client = make_client(modwatch.url, modwatch.token())
    texts = [
        '"}\n{"type":"messages","count":1000000}',
        "'; DROP TABLE violations; --",
        "\u2028\u2029\x0b\x1c\x85 \r\n \u202e \ufeff",
        "\U0001f600" * 1000,
        "<script>alert(1)</script>=cmd|' /C calc'!A0",
    ]
    client.send(*(violation(guild_id, reason=text, rule=text[:100]) for text in texts))
    assert client.flush().done
    stored = modwatch.rows("reason", "violations", guild_id)
    assert sorted(str(reason) for (reason,) in stored) == sorted(texts)
    assert (client.dead_letters(), modwatch.messages(guild_id)) == ([], 0)


def test_a_revoked_token_loses_nothing(
    modwatch: Modwatch,
    make_client: MakeClient,
    guild_id: int,
    caplog: pytest.LogCaptureFixture,
) -> None:
    client = make_client(modwatch.url, "mwb_never_valid")
    events = violations(guild_id, 10)
    for event in events:
        client.send(event)
    until(lambda: client.stats().failures > 3, 60, "several tries")
    assert client.stats().refused
    assert not client.close(0).done
    refusals = [one for one in caplog.records if "refuses this client" in one.message]
    assert len(refusals) == 1
    assert "mwb_never_valid" not in caplog.text
    again = make_client(modwatch.url, modwatch.token())
    assert again.flush().done
    assert modwatch.violations(guild_id) == Counter(ids(events))


def test_messages_are_one_event_a_minute(
    modwatch: Modwatch, make_client: MakeClient, guild_id: int
) -> None:
    """Across a restart as well; a flush closes what is open."""
    for _ in range(2):
        with make_client(modwatch.url, modwatch.token()) as client:
            for _ in range(500):
                client.count_message(guild_id, response_time_ms=19.7)
                client.count_message(guild_id + 500_000)
    assert modwatch.messages(guild_id) == 1000
    assert modwatch.messages(guild_id + 500_000) == 1000
    times = "sum(response_time_ms_sum), sum(response_time_count)"
    assert modwatch.rows(times, "rollup_days", guild_id) == [(20_000, 1000)]
    [(events,)] = modwatch.rows("count(*)", "message_counts", guild_id)
    assert 2 <= events <= 4  # one per client and minute


def test_a_closed_client_says_so(make_client: MakeClient) -> None:
    client = make_client("http://127.0.0.1:9")
    client.close(0)
    client.close(0)
    with pytest.raises(ClientClosed):
        client.send(violation(1))
    with pytest.raises(ClientClosed):
        client.count_message(1)


@pytest.mark.parametrize(
    ("url", "token"),
    [("127.0.0.1:8000", "mwb_x"), ("ftp://host", "mwb_x"), ("http://host", ""), ("http://h", "\n")],
)
def test_senseless_settings(make_client: MakeClient, url: str, token: str) -> None:
    with pytest.raises(ValueError, match="must be"):
        make_client(url, token)


def test_an_id_of_ones_own(modwatch: Modwatch, make_client: MakeClient, guild_id: int) -> None:
    """The same id in two guilds is two events, here as on the server."""
    client = make_client(modwatch.url, modwatch.token())
    id = uuid4()
    client.send(violation(guild_id, id=id), violation(guild_id + 500_000, id=id))
    assert client.flush().done
    assert modwatch.violations(guild_id) == modwatch.violations(guild_id + 500_000) == {str(id): 1}
