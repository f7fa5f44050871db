"""Services that only Apprise knows, where the operator lists their schemes (https://appriseit.com).

Apprise reads files, follows redirects and connects anywhere if an address says so. Therefore it is
run in a child process with an empty environment and a deadline, for vendors' schemes only: those
whose address names an account and no host.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import orjson

from adapters.channels.base import Channel, Field, Lane, OnSending, Settings
from adapters.channels.ways import Ways
from adapters.channels.wording import OPEN_WORDS, fitted, headline, paragraphs, without_controls
from domain.attempts import Attempt, Outcome
from domain.messages import Message, MessageKind
from domain.one_line import isolated

CHILD = Path(__file__).with_name("apprise_child.py")
DEADLINE_SECONDS = 20.0
MOST_TITLE, MOST_BODY, MOST_ADDRESS = 250, 1500, 500
REFUSED_KEYS = frozenset(
    ("template", "keyfile", "subfile", "redirect", "verify", "retry", "wait", "cto", "rto")
)
_ADDRESS = re.compile(r"([a-z0-9]{2,20})://([\x21-\x7e]+)")
_REFUSED_BY_PROVIDER = re.compile(r"error=4\d\d\b")


def _address(text: str, ways: Ways) -> str:
    if not ways.apprise_schemes:
        raise ValueError("cannot be used: this Modwatch allows no service of Apprise")
    found = _ADDRESS.fullmatch(text)
    if found is None or len(text) > MOST_ADDRESS or found[1] not in ways.apprise_schemes:
        allowed = ", ".join(f"{scheme}://" for scheme in sorted(ways.apprise_schemes))
        raise ValueError(f"must be an address of Apprise that begins with {allowed}")
    if "://" in found[2]:
        raise ValueError("must be one address")
    if any(key in REFUSED_KEYS or key.startswith("pgp") for key in _keys(found[2])):
        raise ValueError("must not have settings that read files or change the connection")
    return text


def _keys(rest: str) -> Iterator[str]:
    """The names in the query, as Apprise reads them: `;` separates too, a sign may come first."""
    for pair in re.split("[?&;]", rest)[1:]:
        yield unquote(pair.partition("=")[0]).lower().strip().lstrip("+-: ")


class Apprise(Channel):
    kind = "apprise"
    label = "Other service (Apprise)"
    is_keyed = False
    lane = Lane.CHANNEL
    takes = frozenset(MessageKind)
    fields = (
        Field(
            name="url",
            label="Address",
            help="As appriseit.com describes it for the service, like tgram://token/chat",
            is_secret=True,
            check=_address,
        ),
    )
    setup = (
        "Look the service up on appriseit.com/services.",
        "Make its token there, and put the address together as that page says.",
        "Only services that the operator of this Modwatch has listed can be used.",
    )
    leaves = "Titles, counts, rule names and who acted, to the service that the address names."

    def secrets(self, settings: Settings) -> Iterable[str]:
        rest = str(settings["url"]).partition("://")[2]
        yield from (part for part in re.split(r"[/:@?&=,]", unquote(rest)) if part)

    def _send(
        self, message: Message, settings: Settings, ways: Ways, on_sending: OnSending
    ) -> Attempt:
        on_sending()
        try:
            done = _run(str(settings["url"]), message, min(DEADLINE_SECONDS, ways.patience_seconds))
        except subprocess.TimeoutExpired:
            return Attempt(outcome=Outcome.IN_DOUBT, reason="timeout")
        except OSError:
            return Attempt(outcome=Outcome.NOT_SENT, reason="no_child_process")
        return _attempt(done)


@dataclass(frozen=True, slots=True)
class _Done:
    """What the child said: None where it ended without a word."""

    is_understood: bool
    is_sent: bool
    said: str


def _run(url: str, message: Message, seconds: float) -> _Done | None:
    given = {"url": url, "title": _title(message), "body": "\n\n".join(_body(message))}
    child = subprocess.run(
        [sys.executable, "-I", str(CHILD)],
        input=orjson.dumps(given),
        capture_output=True,
        timeout=seconds,
        env={},
        cwd="/",
        check=False,
    )
    try:
        return _Done(**orjson.loads(child.stdout))
    except (orjson.JSONDecodeError, TypeError):
        return None


def _attempt(done: _Done | None) -> Attempt:
    """Apprise only says that something failed; a refusal shows in its words, all else is open."""
    if done is None:
        return Attempt(outcome=Outcome.IN_DOUBT, reason="child_process_died")
    if not done.is_understood:
        return Attempt(outcome=Outcome.DEAD, reason="address_not_understood", answer=done.said)
    if done.is_sent:
        return Attempt(outcome=Outcome.SENT, reason="sent", answer=done.said)
    is_refused = _REFUSED_BY_PROVIDER.search(done.said) is not None
    outcome = Outcome.DEAD if is_refused else Outcome.IN_DOUBT
    return Attempt(outcome=outcome, reason="apprise_failed", answer=done.said)


def _title(message: Message) -> str:
    return fitted(without_controls(headline(message)), MOST_TITLE)


def _body(message: Message) -> Iterator[str]:
    yield fitted("\n\n".join(paragraphs(message)), MOST_BODY)
    facts = "\n".join(f"{fact.name}: {fact.value}" for fact in message.facts)
    yield fitted(facts, MOST_BODY)
    yield f"{fitted(isolated(message.guild_name), MOST_TITLE)}\n{OPEN_WORDS}: {message.link}"
