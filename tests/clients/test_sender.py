"""How the client behaves towards a server that is busy, ill, or not there."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from modwatch_client import Client
from tests.clients.made import ids, violation, violations
from tests.clients.stand_in import Answer, Asked, StandIn, problem, stored
from tests.parts import until

MakeClient = Callable[..., Client]
FIVE_MIB = 5 * 1024 * 1024


def test_retry_after_is_honoured(stand_in: StandIn, make_client: MakeClient) -> None:
    """The server counts who comes early."""
    closed_until, early = 0.0, 0

    def busy(asked: Asked) -> Answer:
        nonlocal closed_until, early
        if len(stand_in.asked) == 1:
            closed_until = asked.at + 1
            return problem(429, Retry_After="1")
        early += asked.at < closed_until
        return stored(asked)

    stand_in.answer = busy
    client = make_client(stand_in.url)
    events = violations(1, 3)
    client.send(*events)
    until(lambda: client.stats().failures == 1, 60, "the first answer")
    client.send(one := violation(1))
    assert client.flush().done
    assert (early, stand_in.ids()) == (0, [*ids(events), str(one.id)])


@pytest.mark.parametrize("answer", [problem(503), problem(500), Answer(502, "<html>")])
def test_it_comes_again(stand_in: StandIn, make_client: MakeClient, answer: Answer) -> None:
    stand_in.answer = lambda asked: answer if len(stand_in.asked) < 4 else stored(asked)
    client = make_client(stand_in.url)
    client.send(*(events := violations(1, 3)))
    assert client.flush().done
    assert stand_in.ids() == ids(events)
    assert (client.stats().failures, client.stats().last_error) == (3, None)


def test_an_answer_of_something_else_settles_nothing(
    stand_in: StandIn, make_client: MakeClient
) -> None:
    """A captive portal says 200 to everything, a broken proxy 202."""
    others = [Answer(200, "welcome"), Answer(202, {"rejected": []}), Answer(404, "?")]
    stand_in.answer = lambda asked: others[len(stand_in.asked) % 3]
    client = make_client(stand_in.url)
    client.send(*(events := violations(1, 3)))
    until(lambda: len(stand_in.asked) >= 3, 60, "three answers")
    assert client.stats().waiting == 3
    stand_in.answer = stored
    assert client.flush().done
    assert [event["id"] for event in stand_in.taken[-3:]] == ids(events)


def test_one_bad_event_does_not_cost_the_others(stand_in: StandIn, make_client: MakeClient) -> None:
    """A server that refuses the body as a whole is asked about halves of it."""
    poison = violation(1, reason="poison")

    def choke(asked: Asked) -> Answer:
        if any(event["id"] == str(poison.id) for event in asked.events):
            return problem(400)
        return stored(asked)

    stand_in.answer = choke
    client = make_client(stand_in.url)
    before, after = violations(1, 300), violations(1, 200)
    client.send(*before, poison, *after)
    assert client.flush().done
    assert stand_in.ids() == ids(before) + ids(after)
    [letter] = client.dead_letters()
    assert (letter.id, letter.errors) == (str(poison.id), {"event": ["400 not today"]})
    assert len(stand_in.asked) < 40


def test_a_proxy_with_a_lower_limit(stand_in: StandIn, make_client: MakeClient) -> None:
    stand_in.answer = lambda asked: Answer(413, "") if len(asked.events) > 10 else stored(asked)
    client = make_client(stand_in.url)
    client.send(*(events := violations(1, 400)))
    assert client.flush().done
    assert stand_in.ids() == ids(events)
    assert client.dead_letters() == []
    refused = [asked for asked in stand_in.asked if len(asked.events) > 10]
    assert len(refused) < len(stand_in.asked) / 4


def test_batches_keep_to_the_limits_of_the_server(
    stand_in: StandIn, make_client: MakeClient
) -> None:
    client = make_client(stand_in.url, linger_seconds=60)
    small, large = violations(1, 5200), violations(1, 1400, reason="\U0001f600" * 1000)
    client.send(*small)
    client.send(*large)
    assert client.flush(60).done
    assert stand_in.ids() == ids(small) + ids(large)
    assert max(len(asked.events) for asked in stand_in.asked) == 5000
    assert FIVE_MIB * 0.9 < max(asked.size for asked in stand_in.asked) <= FIVE_MIB
    assert all(asked.headers["content-encoding"] == "gzip" for asked in stand_in.asked)
    assert stand_in.asked[0].headers["authorization"] == "Bearer mwb_test"


def test_events_wait_for_one_another(stand_in: StandIn, make_client: MakeClient) -> None:
    """One request, unless somebody hurries."""
    client = make_client(stand_in.url, linger_seconds=60)
    for event in (events := violations(1, 20)):
        client.send(event)
    assert client.stats().requests == 0
    assert client.flush().done
    assert [len(asked.events) for asked in stand_in.asked] == [20]
    assert stand_in.ids() == ids(events)


def test_a_held_event_is_replaced_or_sent_when_due(
    stand_in: StandIn, make_client: MakeClient
) -> None:
    client = make_client(stand_in.url)
    first, second = violation(1, reason="one"), violation(1, reason="two")
    client.send(first, slot="offence", hold_seconds=60)
    client.send(plain := violation(1))
    until(lambda: stand_in.ids() == [str(plain.id)], 60, "the one that is not held")
    client.send(second, slot="offence", hold_seconds=0.3)
    until(lambda: len(stand_in.taken) == 2, 60, "the held one")
    assert stand_in.ids() == [str(plain.id), str(second.id)]


def test_nothing_there_at_all(make_client: MakeClient) -> None:
    client = make_client("http://127.0.0.1:9")
    client.send(violation(1))
    until(lambda: client.stats().failures > 0, 60, "a first try")
    result = client.flush(0.3)
    assert (result.done, result.waiting) == (False, 1)
    assert "ConnectError" in str(result.reason)


def test_a_callback_that_fails(
    stand_in: StandIn, make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    rejected = {"index": 0, "id": "x", "errors": {"reason": ["no"]}}

    def refuse_first(asked: Asked) -> Answer:
        said = {"accepted": len(asked.events) - 1, "duplicates": 0, "rejected": [rejected]}
        return Answer(202, said)

    stand_in.answer = refuse_first
    client = make_client(stand_in.url, on_rejected=lambda letter: 1 / 0)
    client.send(*violations(1, 3))
    assert client.flush().done
    assert (client.stats().accepted, client.stats().rejected) == (2, 1)
    until(lambda: "on_rejected failed" in caplog.text, 60, "a word on the failure")
    client.send(*violations(1, 2))
    assert client.flush().done


def test_a_callback_that_closes_the_client(stand_in: StandIn, make_client: MakeClient) -> None:
    rejected = {"index": 0, "id": "x", "errors": {"reason": ["no"]}}
    stand_in.answer = lambda asked: Answer(
        202, {"accepted": 0, "duplicates": 0, "rejected": [rejected]}
    )
    closed: list[bool] = []
    client: Client = make_client(
        stand_in.url, on_rejected=lambda _: closed.append(client.close(0).done)
    )
    client.send(violation(1))
    until(lambda: closed == [True], 60, "the end")


def test_two_clients_on_one_spool(stand_in: StandIn, make_client: MakeClient) -> None:
    """One sends for both, and the other takes over."""
    one, two = make_client(stand_in.url), make_client(stand_in.url)
    events = []
    for n in range(200):
        events.append(violation(1))
        (one if n % 2 else two).send(events[-1])
    assert one.flush().done
    assert two.flush().done
    assert sorted(stand_in.ids()) == sorted(ids(events))
    assert [client.stats().sending for client in (one, two)].count(True) == 1
    sender, other = (one, two) if one.stats().sending else (two, one)
    sender.close()
    other.send(last := violation(1))
    assert other.flush().done
    assert stand_in.ids()[-1] == str(last.id)


def test_the_answer_comes_after_the_end(stand_in: StandIn, make_client: MakeClient) -> None:
    """Closing does not wait for ever; what was not answered is sent by the next client."""
    slow = True

    def answer(asked: Asked) -> Answer:
        until(lambda: not slow, 60, "the end of the first client")
        return stored(asked)

    stand_in.answer = answer
    client = make_client(stand_in.url)
    client.send(*(events := violations(1, 3)))
    until(lambda: client.stats().requests == 1, 60, "a request under way")
    assert not client.close(0).done
    slow = False
    assert make_client(stand_in.url).flush().done
    assert stand_in.ids()[-3:] == ids(events)


def test_unreadable_certificates_and_such(make_client: MakeClient, stand_in: StandIn) -> None:
    """TLS to a server that speaks none is a failure like any other."""
    client = make_client(stand_in.url.replace("http:", "https:"))
    client.send(violation(1))
    until(lambda: client.stats().failures > 1, 60, "two tries")
    assert client.stats().waiting == 1
