"""What a channel takes as its settings, and what it says of what it does not take."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.channels.base import SettingsError
from adapters.channels.mask import MASK
from adapters.channels.registry import CHANNELS
from adapters.outgoing.mail import parse_mail_url
from tests.adapters.channels.sample import API_KEY, HTTP_KINDS, ROUTING_KEY, settings_of, ways

MAIL = parse_mail_url("smtp://mail.example.org", "Modwatch <modwatch@example.org>")
TOKEN = "a" * 60
GOOD: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (
        "discord",
        {"url": f"https://ptb.discord.com/api/v10/webhooks/1300/{TOKEN}?wait=true"},
        {"url": f"https://ptb.discord.com/api/webhooks/1300/{TOKEN}"},
    ),
    (
        "discord",
        {"url": f" https://discord.com/api/webhooks/1300/{TOKEN} ", "thread_id": "99"},
        {"url": f"https://discord.com/api/webhooks/1300/{TOKEN}", "thread_id": "99"},
    ),
    ("slack", {"url": "https://hooks.slack.com/services/T/B/x"}, {}),
    ("webhook", {"url": "https://hooks.example.org/x?y=z"}, {}),
    (
        "pagerduty",
        {"routing_key": ROUTING_KEY},
        {"routing_key": ROUTING_KEY, "service": "https://events.pagerduty.com"},
    ),
    ("pagerduty", {"routing_key": ROUTING_KEY, "service": "https://events.eu.pagerduty.com"}, {}),
    ("opsgenie", {"api_key": API_KEY, "service": "https://api.eu.opsgenie.com"}, {}),
    ("jsm", {"api_key": API_KEY}, {"api_key": API_KEY, "service": "https://api.atlassian.com"}),
    (
        "email",
        {"addresses": ["a@example.org", "b@example.org", "A@Example.org"]},
        {"addresses": ["a@example.org", "b@example.org"]},
    ),
    ("apprise", {"url": "tgram://123456789:abcdefghijk/12315544/"}, {}),
]


@pytest.mark.parametrize(("kind", "sent", "kept"), GOOD)
def test_good_settings_are_kept_as_they_are_used(
    kind: str, sent: dict[str, Any], kept: dict[str, Any]
) -> None:
    given = ways(mail=MAIL, schemes=("tgram",))
    assert CHANNELS[kind].checked(sent, given) == (kept or sent)


ADDRESS = "https://discord.com/api/webhooks/1300/token"
BAD: list[tuple[str, dict[str, Any], str]] = [
    ("discord", {}, "url"),
    ("discord", {"url": ""}, "url"),
    ("discord", {"url": 5}, "url"),
    ("discord", {"url": "https://discord.com@evil.example/api/webhooks/1300/t"}, "url"),
    ("discord", {"url": "https://169.254.169.254/api/webhooks/1300/t"}, "url"),
    ("discord", {"url": "https://discord.com/api/webhooks/1300"}, "url"),
    ("discord", {"url": "https://discord.com/api/webhooks/1300/t/../../users"}, "url"),
    ("discord", {"url": "https://hooks.slack.com/services/T/B/x"}, "url"),
    ("discord", {"url": ADDRESS, "thread_id": "x"}, "thread_id"),
    ("discord", {"url": ADDRESS, "color": "red"}, "color"),
    ("slack", {"url": ADDRESS}, "url"),
    ("slack", {"url": "https://hooks.slack.com/"}, "url"),
    ("webhook", {"url": "http://hooks.example.org/"}, "url"),
    ("webhook", {"url": "https://127.0.0.1/"}, "url"),
    ("pagerduty", {"routing_key": "short"}, "routing_key"),
    ("pagerduty", {"routing_key": ROUTING_KEY, "service": "https://evil.example"}, "service"),
    ("opsgenie", {"api_key": "a\r\nX-Evil: yes-and-long-enough"}, "api_key"),
    ("jsm", {"api_key": API_KEY, "service": "https://api.opsgenie.com"}, "service"),
    ("email", {"addresses": []}, "addresses"),
    ("email", {"addresses": "a@example.org"}, "addresses"),
    ("email", {"addresses": [5]}, "addresses"),
    ("email", {"addresses": ["a@b"]}, "addresses"),
    ("email", {"addresses": ["a@example.org\r\nRCPT TO:<x@example.org>"]}, "addresses"),
    ("email", {"addresses": ["Ada <a@example.org>"]}, "addresses"),
    ("email", {"addresses": [f"a{number}@example.org" for number in range(51)]}, "addresses"),
    ("apprise", {"url": "syslog://"}, "url"),
    ("apprise", {"url": "json://127.0.0.1/"}, "url"),
    ("apprise", {"url": "pover://user@token"}, "url"),
    ("apprise", {"url": "tgram://tok/1,json://127.0.0.1/"}, "url"),
    *(
        ("apprise", {"url": f"tgram://tok/1?{query}"}, "url")
        for query in (
            "template=/etc/passwd", "keyfile=/x", "subfile=/x", "pgpkey=/x", "PGP=yes",
            "redirect=yes", "verify=no", "retry=9", "wait=9", "cto=900", "rto=900",
            "a=b;template=/x", "%74emplate=/x", "+template=/x", "a=b&Template=/x", "x?template=/x",
        )
    ),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "sent", "name"), BAD)
def test_bad_settings_are_refused_by_the_name_of_their_field(
    kind: str, sent: dict[str, Any], name: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        CHANNELS[kind].checked(sent, ways(mail=MAIL, schemes=("tgram",)))
    assert list(refused.value.errors) == [name]
    assert "evil" not in str(refused.value)


def test_what_the_operator_did_not_set_up_says_so() -> None:
    for kind, sent in (("email", {"addresses": ["a@b.org"]}), ("apprise", {"url": "tgram://t/1"})):
        with pytest.raises(SettingsError, match="this Modwatch"):
            CHANNELS[kind].checked(sent, ways())


@pytest.mark.parametrize("kind", HTTP_KINDS)
def test_a_mask_that_comes_back_changes_nothing(kind: str) -> None:
    channel, before = CHANNELS[kind], settings_of(kind, "https://provider.example")
    shown = channel.masked(before, for_admin=True)
    assert channel.merged(before, shown) == before


@pytest.mark.parametrize("kind", HTTP_KINDS)
def test_a_mask_of_nothing_is_no_setting(kind: str) -> None:
    channel = CHANNELS[kind]
    shown = channel.masked(settings_of(kind, "https://provider.example"), for_admin=True)
    with pytest.raises(SettingsError):
        channel.checked(channel.merged({}, shown), ways())


def test_addresses_are_whole_for_admins_only() -> None:
    email, settings = CHANNELS["email"], {"addresses": ["ada@example.org"]}
    assert email.masked(settings, for_admin=True) == settings
    shown = email.masked(settings, for_admin=False)
    assert shown == {"addresses": [f"a{MASK}@example.org"]}
    assert email.merged(settings, shown) == settings


def test_a_secret_of_ours_cannot_be_sent() -> None:
    channel, before = CHANNELS["webhook"], settings_of("webhook", "https://provider.example")
    sent = {"signing_secret": "whsec_MfKQ", "earlier_until_ms": "9"}
    assert channel.merged(before, sent) == before
    assert channel.merged({}, sent) == {}


@pytest.mark.parametrize("kind", CHANNELS)
def test_each_kind_says_how_it_is_set_up_and_what_leaves_the_house(kind: str) -> None:
    channel = CHANNELS[kind]
    assert channel.kind == kind
    assert channel.setup
    assert channel.leaves.endswith(".")
    assert all(step.endswith((".", "!")) for step in channel.setup)
    assert all(field.label for field in channel.fields)
