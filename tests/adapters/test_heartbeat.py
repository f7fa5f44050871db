"""The switch that is asked while all is well, and what is said of it where it is not."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from adapters.heartbeat import say_alive
from adapters.settings import SettingError, load_settings
from services.container import build_parts
from services.operations import upkeep
from tests.parts import settings_for
from tests.servers.door import Conversation, door, request_of

SECRET = "ping/5f1c-secret"


def answering(status: bytes, requests: list[bytes]) -> Conversation:
    def talk(connection: socket.socket) -> None:
        requests.append(request_of(connection))
        connection.sendall(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n")

    return talk


def test_each_sweep_asks_once_and_a_failed_one_does_not(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests: list[bytes] = []
    with door(answering(b"200 OK", requests)) as server:
        url = f"http://127.0.0.1:{server.port}/{SECRET}"
        parts = build_parts(settings_for(sqlite_url, tmp_path, HEARTBEAT_URL=url))
        upkeep.sweep(parts)
        upkeep.sweep(parts)
        assert [request.split()[1] for request in requests] == [f"/{SECRET}".encode()] * 2

        def fail(_parts: object) -> None:
            raise RuntimeError("alerts cannot be looked at")

        monkeypatch.setattr(upkeep, "sweep_alerts", fail)
        with pytest.raises(RuntimeError):
            upkeep.sweep(parts)
        assert len(requests) == 2
        parts.close()


@pytest.mark.parametrize("status", [b"404 Not Found", b"302 Found", b"500 Oops"])
def test_what_is_not_heard_is_logged_without_the_address(
    status: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    with door(answering(status, [])) as server:
        url = f"http://127.0.0.1:{server.port}/{SECRET}"
        assert not say_alive(url)
    assert not say_alive(url)  # nobody listens there any more
    assert SECRET not in "".join(capsys.readouterr())


def test_an_address_that_is_none_is_refused_without_a_word_of_it(tmp_path: Path) -> None:
    given = {"MODWATCH_DATA_DIR": str(tmp_path), "MODWATCH_HEARTBEAT_URL": f"ftp://{SECRET}"}
    with pytest.raises(SettingError, match="MODWATCH_HEARTBEAT_URL must be") as refused:
        load_settings(given)
    assert SECRET not in str(refused.value)
