"""No six characters of a secret in any answer, mask, or text of an attempt, in whatever form."""

from __future__ import annotations

import logging
from base64 import b64encode
from collections.abc import Callable, Iterator
from html import escape
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.channels.mask import MASK
from adapters.channels.redaction import PIECE, redacted
from adapters.channels.registry import CHANNELS
from tests.adapters.channels.sample import HTTP_KINDS, Sender, sender, settings_of
from tests.discord.exchange import Answer, Request, text_answer
from tests.servers.providers.provider import Provider

FORMS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "upper": str.upper,
    "quoted": lambda text: quote(text, safe=""),
    "json": lambda text: text.replace("/", "\\/"),
    "html": escape,
    "base64": lambda text: b64encode(text.encode()).decode(),
    "in base64": lambda text: b64encode(f"user:{text}".encode()).decode(),
    "half": lambda text: text[: len(text) // 2],
}
SECRETS = st.text(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_/+=&. ", min_size=8
)


def pieces(secret: str) -> set[str]:
    return {secret[start : start + PIECE].lower() for start in range(len(secret) - PIECE + 1)}


def leaks(text: str, secret: str) -> set[str]:
    return {piece for piece in pieces(secret) if piece in text.lower()}


@given(secret=SECRETS, before=st.text(max_size=30), after=st.text(max_size=30))
@pytest.mark.parametrize("form", ["plain", "upper", "half"])
def test_no_six_characters_survive(secret: str, before: str, after: str, form: str) -> None:
    text = redacted(before + FORMS[form](secret) + after, [secret])
    assert not leaks(text, secret)


@given(secret=SECRETS)
@pytest.mark.parametrize("form", FORMS)
def test_another_form_of_it_does_not_survive_either(secret: str, form: str) -> None:
    given_form = FORMS[form](secret)
    text = redacted(f"<< {given_form} >>", [secret])
    # Of base64 the ends mix with what is around them: what is in the middle must be gone.
    assert given_form not in text or len(given_form) < PIECE
    assert not leaks(text, secret)


@given(st.text(max_size=200))
def test_what_holds_no_secret_stays_as_it_is(text: str) -> None:
    assert redacted(text, ["Zx81Qpl4Mn-7788-QQ"]) == text


def test_a_short_secret_goes_whole_and_an_empty_one_hides_nothing() -> None:
    assert redacted("the word is abc", ["abc"]) == "the word is ***"
    assert redacted("the word is abc", [""]) == "the word is abc"


class Parrot(Provider):
    """Says everything again that it was told: address, headers, body."""

    def judge(self, request: Request) -> Answer:
        query = "&".join(f"{name}={value}" for name, value in request.query.items())
        said = f"{request.path}?{query} {dict(request.headers)} {request.body.decode()}"
        return text_answer(said + quote(said, safe="") + escape(said), 400)


@pytest.fixture
def parrot() -> Iterator[Provider]:
    server = Parrot()
    server.start()
    yield server
    server.stop()


@pytest.mark.parametrize("kind", HTTP_KINDS)
def test_a_provider_that_repeats_everything_gives_nothing_away(
    parrot: Provider, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("httpcore").setLevel(logging.WARNING)
    sent: Sender = sender(kind, parrot.url, parrot.port)
    attempt = sent.send()
    assert attempt.http_status == 400
    _holds_none(f"{attempt}{caplog.text}", sent)


@pytest.mark.parametrize("kind", HTTP_KINDS)
def test_a_mask_shows_four_characters_at_most(kind: str) -> None:
    channel, settings = CHANNELS[kind], settings_of(kind, "https://provider.example")
    for for_admin in (True, False):
        shown = channel.masked(settings, for_admin=for_admin)
        secret_names = [field.name for field in channel.fields if field.is_secret]
        for name in (name for name in secret_names if name in settings):
            assert shown[name] == MASK + str(settings[name])[-4:]
        _holds_none(f"{shown}", Sender(channel, settings, None))  # type: ignore[arg-type]


def _holds_none(text: str, sent: Sender) -> None:
    secrets = list(sent.channel.secrets(sent.settings))
    assert secrets
    for secret in secrets:
        assert not leaks(text, secret), secret
