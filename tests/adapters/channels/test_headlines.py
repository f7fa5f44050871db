"""How each channel's message is headed: its state is said, and said once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest

from adapters.channels import apprise, discord_message, opsgenie, slack
from adapters.channels.mail_message import message_bytes
from adapters.channels.wording import STATE_WORDS
from domain.alert_rules import EventType
from domain.alert_states import Word
from domain.alert_words import alert_words
from domain.messages import Message
from services.alerts.notices import KIND_OF
from tests.adapters.channels.sample import MESSAGE


def _mail(message: Message) -> str:
    sender = "Modwatch <modwatch@example.org>"
    mail = message_from_bytes(message_bytes(message, sender, 0), policy=default)
    return str(mail["Subject"])


def _plain(text: Any) -> str:
    return str(text).replace("\\", "")


HEADINGS: dict[str, Callable[[Message], str]] = {
    "discord": lambda message: _plain(discord_message.new(message)["content"]),
    "discord's line": lambda message: _plain(discord_message.silent_line(message)["content"]),
    "slack": lambda message: _plain(slack._body(message)["text"]),
    "mail": _mail,
    "opsgenie": lambda message: _plain(opsgenie._action_body(message)["note"]),
    "apprise": apprise._title,
}


@pytest.mark.parametrize("name", HEADINGS)
@pytest.mark.parametrize(
    ("word", "state"),
    [
        (Word.ACKNOWLEDGED, "Acknowledged: 14 violations within moments"),
        (Word.REMINDER, "Still firing: 14 violations within moments"),
        (Word.RESOLVED, "Resolved: The violations have stopped"),
        (Word.FIRING, "Critical: 14 violations within moments"),
        (Word.FLAPPING, "Critical: Flapping: 14 violations within moments"),
    ],
)
def test_the_state_is_said_once(name: str, word: Word, state: str) -> None:
    title, text = alert_words(EventType.MASS_VIOLATIONS, word, 14, 10, reminder=1)
    message = replace(MESSAGE, kind=KIND_OF[word], title=title, text=text)
    assert HEADINGS[name](message) == state


@pytest.mark.parametrize("word", [Word.ACKNOWLEDGED, Word.REMINDER])
def test_the_page_of_a_mail_says_it_above_its_heading(word: Word) -> None:
    title, text = alert_words(EventType.MASS_VIOLATIONS, word, 14, 10, reminder=1)
    message = replace(MESSAGE, kind=KIND_OF[word], title=title, text=text)
    mail = message_from_bytes(message_bytes(message, "modwatch@example.org", 0), policy=default)
    html = mail.get_body(("html",))
    assert html is not None
    assert f">{STATE_WORDS[message.kind]}</p>" in html.get_content()
    assert ">14 violations within moments</h1>" in html.get_content()
