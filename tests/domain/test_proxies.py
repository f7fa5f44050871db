"""Whose word counts about where a request comes from."""

from __future__ import annotations

import pytest

from domain.proxies import Origin, counted_address, origin_of, parse_proxies

TRUSTED = parse_proxies("10.0.0.0/8, 192.0.2.7, fd00::/8")
PROXY, OUTER_PROXY, CLIENT, LIAR = "10.0.0.1", "192.0.2.7", "198.51.100.4", "203.0.113.9"


def origin(
    peer: str, forwarded: str = "", x_for: str = "", x_proto: str = "", x_host: str = ""
) -> Origin:
    return origin_of(TRUSTED, peer, forwarded, x_for, x_proto, x_host)


@pytest.mark.parametrize(
    ("forwarded", "x_for", "client"),
    [
        ("", "", PROXY),
        ("", CLIENT, CLIENT),
        ("", f"{LIAR}, {CLIENT}", CLIENT),
        ("", f"{LIAR},{CLIENT},{OUTER_PROXY}", CLIENT),
        ("", f"{CLIENT}:4711", CLIENT),
        ("", "[2001:db8::5]:4711", "2001:db8::5"),
        ("", "2001:db8::5", "2001:db8::5"),
        ("", f"::ffff:{CLIENT}", CLIENT),
        ("", f"{LIAR}, unknown", PROXY),
        ("", f"{LIAR}, unknown, {OUTER_PROXY}", OUTER_PROXY),
        ("", "10.9.9.9, 10.8.8.8", "10.9.9.9"),
        ("", "' OR 1=1", PROXY),
        (f"for={CLIENT}", "", CLIENT),
        (f"for={LIAR}, for={CLIENT};proto=https;by={PROXY}", "", CLIENT),
        (f'For="{CLIENT}:80"', "", CLIENT),
        ('for="[2001:db8::5]:80"', "", "2001:db8::5"),
        ("for=_hidden", "", PROXY),
        ("proto=https", "", PROXY),
        (f"for={CLIENT}", CLIENT, CLIENT),
        # A proxy sets one of the two, and the client the other: nobody knows which.
        (f"for={LIAR}", CLIENT, PROXY),
        (f"for={CLIENT}", LIAR, PROXY),
    ],
)
def test_a_trusted_proxy_is_believed_its_own_word(forwarded: str, x_for: str, client: str) -> None:
    assert origin(PROXY, forwarded, x_for).address == client


def test_nobody_else_is_believed() -> None:
    told = (f"for={CLIENT};proto=https;host=a.example", CLIENT, "https", "a.example")
    assert origin(LIAR, *told) == Origin(LIAR)
    assert origin("", *told) == Origin("")
    assert origin_of(parse_proxies(""), PROXY, *told) == Origin(PROXY)


def test_scheme_and_host_are_the_proxys_too() -> None:
    wanted = Origin(CLIENT, "https", "mod.example:8443")
    assert origin(PROXY, f"for={CLIENT};proto=https;host=mod.example:8443") == wanted
    assert origin(PROXY, "", CLIENT, "http, HTTPS", "evil, mod.example:8443") == wanted
    assert origin(PROXY, "", CLIENT, "gopher", "a/b\r\n") == Origin(CLIENT)


def test_a_peer_of_ipv4_on_a_socket_of_ipv6_is_of_ipv4() -> None:
    assert origin("::ffff:10.0.0.1", "", CLIENT).address == CLIENT
    assert origin("::ffff:203.0.113.9") == Origin(LIAR)


def test_an_address_of_ipv6_counts_as_its_network() -> None:
    assert counted_address("2001:db8:1:2:3::4") == counted_address("2001:db8:1:2::9")
    assert counted_address("2001:db8:1:3::4") != counted_address("2001:db8:1:2::9")
    assert counted_address(CLIENT) == CLIENT
    assert counted_address("nonsense") == "nonsense"
