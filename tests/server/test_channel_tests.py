"""Tests of channels in a real web process: who waits for a provider keeps nobody waiting."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import httpx

from tests.discord.exchange import Answer, text_answer
from tests.parts import GUILD
from tests.server.process import Served
from tests.server.raw import PATIENCE_SECONDS
from tests.servers.providers.slack import SlackStandIn


def send_test(served: Served, kind: str, url: str) -> Any:
    answer = httpx.post(
        f"{served.process.url}/api/v1/servers/{GUILD}/channels/test",
        json={"kind": kind, "settings": {"url": url}},
        headers={"Authorization": f"Bearer {served.api_token}"},
        timeout=PATIENCE_SECONDS,
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_who_waits_for_a_provider_keeps_nobody_waiting(served: Served, slack: SlackStandIn) -> None:
    came, go = Event(), Event()

    def slowly() -> Answer:
        came.set()
        go.wait(PATIENCE_SECONDS)
        return text_answer("ok", 200)

    slack.plan(slowly)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(send_test, served, "slack", slack.address)
        assert came.wait(PATIENCE_SECONDS)
        # Answered while the other request is under way.
        alive = httpx.get(f"{served.process.url}/health/live", timeout=PATIENCE_SECONDS)
        assert alive.status_code == 200
        assert not waiting.done()
        go.set()
        assert waiting.result()["outcome"] == "sent"


def test_a_child_process_ends_there_too(served: Served) -> None:
    """The address is none that Apprise knows, so that its child reaches nothing."""
    tested = send_test(served, "apprise", "tgram://nobody")
    assert (tested["outcome"], tested["reason"]) == ("dead", "address_not_understood")
