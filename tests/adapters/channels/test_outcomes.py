"""What comes of each cause, on every channel that speaks HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from domain.attempts import LONGEST_ANSWER, Outcome
from tests.adapters.channels.sample import HTTP_KINDS, MESSAGE, Sender, sender
from tests.discord.exchange import HANG_UP, Answer, Request, text_answer
from tests.servers.providers.provider import Provider

HOUR_MS = 3_600_000


class Anyone(Provider):
    def judge(self, request: Request) -> Answer:
        return text_answer("ok", 200)


@pytest.fixture
def provider() -> Iterator[Provider]:
    server = Anyone()
    server.start()
    yield server
    server.stop()


@pytest.fixture(params=HTTP_KINDS)
def anyone(request: pytest.FixtureRequest, provider: Provider) -> Sender:
    return sender(request.param, provider.url, provider.port)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (301, Outcome.DEAD),
        (302, Outcome.DEAD),
        (400, Outcome.DEAD),
        (403, Outcome.DEAD),
        (413, Outcome.DEAD),
        (422, Outcome.DEAD),
        (429, Outcome.NOT_SENT),
        (503, Outcome.NOT_SENT),
        (500, Outcome.IN_DOUBT),
        (502, Outcome.IN_DOUBT),
        (504, Outcome.IN_DOUBT),
        (520, Outcome.IN_DOUBT),
    ],
)
def test_a_status_has_one_meaning_everywhere(
    anyone: Sender, provider: Provider, status: int, outcome: Outcome
) -> None:
    provider.plan(text_answer("said so", status))
    attempt = anyone.send()
    assert (attempt.outcome, attempt.http_status) == (outcome, status)
    assert attempt.reason == f"http_{status}"
    assert attempt.answer == "said so"
    assert not attempt.is_channel_broken
    assert len(provider.requests) == 1


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(("after", "wait_ms"), [("2", 2000), ("0.25", 250), ("86400", HOUR_MS)])
def test_who_says_when_is_waited_for_but_an_hour_at_most(
    anyone: Sender, provider: Provider, status: int, after: str, wait_ms: int
) -> None:
    provider.plan(Answer(status, headers={"Retry-After": after}))
    attempt = anyone.send()
    assert (attempt.outcome, attempt.retry_after_ms) == (Outcome.WAIT, wait_ms)


def test_when_may_be_a_date(anyone: Sender, provider: Provider) -> None:
    late = format_datetime(datetime.now(UTC) + timedelta(minutes=10), usegmt=True)
    provider.plan(Answer(503, headers={"Retry-After": late}))
    attempt = anyone.send()
    assert attempt.outcome is Outcome.WAIT
    assert attempt.retry_after_ms is not None
    assert 0 < attempt.retry_after_ms <= 600_000


@pytest.mark.parametrize("nonsense", ["soon", "", "nan", "inf", "-"])
def test_a_when_that_makes_no_sense_is_none(
    anyone: Sender, provider: Provider, nonsense: str
) -> None:
    provider.plan(Answer(429, headers={"Retry-After": nonsense}))
    assert anyone.send().outcome is Outcome.NOT_SENT


def test_a_provider_that_hangs_up_may_have_got_it(anyone: Sender, provider: Provider) -> None:
    provider.plan(HANG_UP)
    attempt = anyone.send()
    assert (attempt.outcome, attempt.reason) == (Outcome.IN_DOUBT, "connection_cut")
    assert anyone.begun == 1


def test_a_provider_that_is_away_surely_got_nothing(anyone: Sender, provider: Provider) -> None:
    provider.go_away()
    attempt = anyone.send()
    assert (attempt.outcome, attempt.reason) == (Outcome.NOT_SENT, "refused")
    assert (anyone.begun, provider.requests) == (0, [])


def test_where_the_mark_cannot_be_set_nothing_is_sent(anyone: Sender, provider: Provider) -> None:
    def lost() -> None:
        raise RuntimeError("another worker has it")

    with pytest.raises(RuntimeError, match="another worker"):
        anyone.channel.send(MESSAGE, anyone.settings, anyone.ways, lost)
    assert provider.accepted == []


@pytest.mark.parametrize("status", [404, 410])
def test_what_is_gone_breaks_the_channel_where_the_address_is_the_owners(
    anyone: Sender, provider: Provider, status: int
) -> None:
    provider.plan(text_answer("gone", status))
    attempt = anyone.send()
    assert attempt.outcome is Outcome.DEAD
    assert attempt.is_channel_broken == (anyone.channel.kind in ("discord", "slack", "webhook"))


def test_a_long_answer_is_cut(anyone: Sender, provider: Provider) -> None:
    provider.plan(text_answer("word " * 1000, 400))
    assert len(anyone.send().answer) == LONGEST_ANSWER


def test_an_attempt_can_be_kept_as_text(anyone: Sender, provider: Provider) -> None:
    provider.plan(Answer(400, b"\x00\xff\xfe not utf-8"))
    json.dumps(anyone.send().answer).encode()


def test_the_name_of_a_server_turns_nothing_around_it(anyone: Sender, provider: Provider) -> None:
    name = "שרת 7"
    anyone.send(guild_name=name)
    said = json.dumps(json.loads(provider.requests[0].body), ensure_ascii=False)
    # A program reads it as it is.
    assert (name if anyone.channel.kind == "webhook" else f"\u2068{name}\u2069") in said
