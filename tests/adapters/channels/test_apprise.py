"""Apprise in its child process: what it may reach, and what is made of what it says."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path

import apprise
import pytest

from adapters.channels import apprise as channel_file
from adapters.channels.apprise import CHILD, Apprise
from adapters.channels.apprise_schemes import VENDOR_SCHEMES, parse_schemes
from domain.attempts import Outcome
from tests.adapters.channels.sample import LONG, Sender, ways
from tests.servers.door import door, request_of

BOT = "tgram://123456789:AAEhBOweik6ad9rxyz/12315544/"


@pytest.fixture
def channel() -> Sender:
    return Sender(Apprise(), {"url": BOT}, ways(schemes=("tgram",)))


def child(monkeypatch: pytest.MonkeyPatch, folder: Path, text: str) -> None:
    """Put another program in the place of the child process."""
    path = folder / "child.py"
    path.write_text(text)
    monkeypatch.setattr(channel_file, "CHILD", path)


SAYS = "import json, sys\ngiven = json.load(sys.stdin)\nprint(json.dumps({}))"


@pytest.mark.parametrize(
    ("said", "outcome", "reason"),
    [
        ('"is_understood": True, "is_sent": True, "said": ""', Outcome.SENT, "sent"),
        ('"is_understood": False, "is_sent": False, "said": ""', Outcome.DEAD, "address_not_un"),
        (
            '"is_understood": True, "is_sent": False, "said": "Failed: Unauthorized, error=401."',
            Outcome.DEAD,
            "apprise_failed",
        ),
        (
            '"is_understood": True, "is_sent": False, "said": "A Connection error occurred"',
            Outcome.IN_DOUBT,
            "apprise_failed",
        ),
        ('"something": "else"', Outcome.IN_DOUBT, "child_process_died"),
    ],
)
def test_what_the_child_says_has_a_meaning(
    channel: Sender,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    said: str,
    outcome: Outcome,
    reason: str,
) -> None:
    child(monkeypatch, tmp_path, SAYS.replace("{}", "{" + said + "}"))
    attempt = channel.send()
    assert attempt.outcome is outcome
    assert attempt.reason.startswith(reason)
    assert channel.begun == 1


def test_a_child_that_hangs_is_ended(
    channel: Sender, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    child(monkeypatch, tmp_path, "import signal\nsignal.pause()")
    monkeypatch.setattr(channel_file, "DEADLINE_SECONDS", 0.2)
    attempt = channel.send()
    assert (attempt.outcome, attempt.reason) == (Outcome.IN_DOUBT, "timeout")


def test_the_child_knows_nothing_of_our_environment(
    channel: Sender, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MODWATCH_SECRET_KEY", "do-not-tell")
    tells = "import os\nprint(json.dumps({'is_understood': True, 'is_sent': False, "
    child(
        monkeypatch,
        tmp_path,
        "import json\n" + tells + "'said': str(sorted(os.environ)) + os.getcwd()}))",
    )
    answer = channel.send().answer
    assert "MODWATCH" not in answer
    assert "HOME" not in answer
    assert answer.endswith("/")


def test_a_token_in_what_apprise_says_is_hidden(
    channel: Sender, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    said = "{'is_understood': True, 'is_sent': False, 'said': given['url']}"
    child(monkeypatch, tmp_path, SAYS.replace("{}", said))
    assert "AAEhBO" not in channel.send().answer


def real_child(url: str) -> dict[str, object]:
    """What the real child says of an address."""
    done = subprocess.run(
        [sys.executable, "-I", str(CHILD)],
        input=json.dumps({"url": url, "title": "t", "body": "b"}).encode(),
        capture_output=True,
        env={},
        check=True,
    )
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_the_real_child_sends_what_it_is_given() -> None:
    bodies: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        bodies.append(request_of(connection))
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    with door(talk) as server:
        said = real_child(f"json://127.0.0.1:{server.port}/x")
    assert said["is_sent"]
    assert b'"title": "t"' in bodies[0]


def test_the_real_child_takes_one_address_only() -> None:
    with door(lambda _connection: None) as first, door(lambda _connection: None) as second:
        real_child(f"json://127.0.0.1:{first.port}/,json://127.0.0.1:{second.port}/")
        assert second.connections == 0
    assert not real_child("nonsense://")["is_understood"]


def test_no_scheme_that_can_be_allowed_has_a_host_in_its_address() -> None:
    hosts: dict[str, bool] = {}
    for service in apprise.Apprise().details()["schemas"]:
        has_host = any("{host" in str(template) for template in service["details"]["templates"])
        for scheme in (*(service["protocols"] or ()), *(service["secure_protocols"] or ())):
            hosts[str(scheme)] = has_host
    assert {scheme: hosts.get(scheme) for scheme in VENDOR_SCHEMES} == dict.fromkeys(
        VENDOR_SCHEMES, False
    )
    for scheme in ("json", "syslog", "mailto", "ntfy", "form", "smtp"):
        with pytest.raises(ValueError, match="any host"):
            parse_schemes(scheme)


def test_schemes_are_written_with_or_without_their_sign() -> None:
    assert parse_schemes(" tgram, Pover:// ,") == {"tgram", "pover"}
    assert parse_schemes("") == frozenset()


def test_the_longest_message_is_cut(
    channel: Sender, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    said = "{'is_understood': True, 'is_sent': True, 'said': str(len(given['body']))}"
    child(monkeypatch, tmp_path, SAYS.replace("{}", said))
    assert int(channel.send(LONG).answer) < 4000
