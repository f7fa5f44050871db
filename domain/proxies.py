"""Who sent a request that came through proxies: what to believe of what they say, and what not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import NamedTuple

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
# name=value of RFC 7239, the value a token or quoted.
_PAIR = re.compile(r'\s*([a-zA-Z]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*))\s*(?:;|$)')
_PORT = re.compile(r"(?:\[(?P<six>[0-9a-fA-F:.]+)\]|(?P<four>[0-9.]+))(?::[0-9]{1,5})?")
_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}(?::[0-9]{1,5})?|\[[0-9a-fA-F:.]+\](?::[0-9]{1,5})?")
# An IPv6 network as people get them: one of them may use any address of it.
IPV6_NETWORK_BITS = 64


class Hop(NamedTuple):
    """What one proxy says of where it got a request from; None where it says nothing usable."""

    address: Address | None
    scheme: str | None = None
    host: str | None = None


class Origin(NamedTuple):
    """Where a request comes from; `scheme` and `host` only where a proxy told them."""

    address: str
    scheme: str | None = None
    host: str | None = None


@dataclass(frozen=True, slots=True)
class TrustedProxies:
    networks: tuple[Network, ...] = ()

    def trusts(self, address: Address | None) -> bool:
        return address is not None and any(address in network for network in self.networks)


def parse_proxies(text: str) -> TrustedProxies:
    """Networks and addresses, separated by commas. Raises ValueError."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    try:
        return TrustedProxies(tuple(ip_network(word) for word in words))
    except ValueError as error:
        raise ValueError(f"must be networks like 10.0.0.0/8, with commas: {error}") from None


def origin_of(
    trusted: TrustedProxies, peer: str, forwarded: str, x_for: str, x_proto: str, x_host: str
) -> Origin:
    """Where a request comes from, by its peer and by the headers `Forwarded`, `X-Forwarded-*`.

    Only what trusted proxies say counts, and the nearest one's word first. A proxy sets one kind of
    header and lets the other pass, so where both are there and disagree, neither is believed.
    """
    address = parse_address(peer)
    if not trusted.trusts(address):
        return Origin(str(address) if address else peer)
    nearest = Hop(address)
    standard = _first_stranger(trusted, nearest, _hops_of_forwarded(forwarded))
    usual = _first_stranger(trusted, nearest, _hops_of_x(x_for, x_proto, x_host))
    if forwarded and x_for and standard.address != usual.address:
        return Origin(str(address))
    told = standard if forwarded else usual
    return Origin(str(told.address or address), told.scheme, told.host)


def counted_address(address: str) -> str:
    """What limits count an address as: of IPv6 its network, all of which one person may have."""
    parsed = parse_address(address)
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed, IPV6_NETWORK_BITS), strict=False))
    return address


def parse_address(text: str) -> Address | None:
    """An address, with a port or without; IPv4 within IPv6 is IPv4."""
    found = _PORT.fullmatch(text)
    try:
        address = ip_address((found["six"] or found["four"]) if found else text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _first_stranger(trusted: TrustedProxies, nearest: Hop, hops: Sequence[Hop]) -> Hop:
    """The nearest hop that is no trusted proxy: whatever came before it, it may have made up."""
    for hop in reversed(hops):
        if hop.address is None:
            return nearest
        nearest = hop
        if not trusted.trusts(hop.address):
            break
    return nearest


def _hops_of_forwarded(header: str) -> list[Hop]:
    hops = []
    for element in header.split(",") if header else ():
        pairs = {name.lower(): quoted or plain for name, quoted, plain in _PAIR.findall(element)}
        address = parse_address(pairs.get("for", ""))
        hops.append(Hop(address, _scheme(pairs.get("proto", "")), _host(pairs.get("host", ""))))
    return hops


def _hops_of_x(x_for: str, x_proto: str, x_host: str) -> list[Hop]:
    """These headers are lists of their own: the nearest proxy's word is the last of each."""
    scheme, host = _scheme(x_proto.split(",")[-1]), _host(x_host.split(",")[-1])
    words = x_for.split(",") if x_for else []
    return [Hop(parse_address(word.strip()), scheme, host) for word in words]


def _scheme(text: str) -> str | None:
    scheme = text.strip().lower()
    return scheme if scheme in ("http", "https") else None


def _host(text: str) -> str | None:
    return text.strip() if _HOST.fullmatch(text.strip()) else None
