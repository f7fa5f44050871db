"""Whose bodies are counted together: those of one IPv6 network, as with requests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from api.http.bodies import read_body
from api.http.body_turns import MIB, SHARES
from api.http.errors import Problem
from tests.parts import Web

SIZE = 4 * MIB
BODY = b" " * SIZE


@contextmanager
def sent_from(web: Web, address: str) -> Iterator[None]:
    """A request of its own, with a `g` of its own, also within another."""
    given = {"method": "POST", "data": BODY, "environ_overrides": {"REMOTE_ADDR": address}}
    with web.app.app_context(), web.app.test_request_context("/api/v1/ingest", **given):
        yield


def test_a_network_has_one_share(web_on_sqlite: Web) -> None:
    with ExitStack() as held:
        for n in range(SHARES["address"].size_bytes // SIZE):
            held.enter_context(sent_from(web_on_sqlite, f"2001:db8:1:2::{n:x}"))
            read_body(SIZE)
        with sent_from(web_on_sqlite, "2001:db8:1:3::1"):
            assert read_body(SIZE) == BODY
        with sent_from(web_on_sqlite, "2001:db8:1:2::ffff"), pytest.raises(Problem) as refused:
            read_body(SIZE)
        assert refused.value.status == 429
