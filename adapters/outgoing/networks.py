"""Which internet addresses a typed address may lead to.

An explicit list: what Python calls global or private differs between its versions, and lets relays
to IPv4, the metadata service of one cloud and a few more through.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# RFC 6890 and the registries of IANA; the words say what is there.
REFUSED: tuple[Network, ...] = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",  # this machine
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # behind the NAT of a provider
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # a cloud's own services
        "169.254.0.0/16",  # link local, with the metadata of clouds
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocols
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # relays to IPv6
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
        "::/96",  # this machine, and IPv4 in its oldest spelling
        "::ffff:0:0/96",  # IPv4; judged as such before
        "::ffff:0:0:0/96",  # IPv4, translated
        "64:ff9b::/96",  # IPv4 behind a translator
        "64:ff9b:1::/48",  # the same, private
        "100::/64",  # discarded
        "2001::/23",  # protocols, Teredo among them
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: IPv4 behind a relay
        "3fff::/20",  # documentation
        "5f00::/16",  # segment routing
        "fc00::/7",  # private
        "fe80::/10",  # link local
        "fec0::/10",  # site local
        "ff00::/8",  # multicast
    )
)


@dataclass(frozen=True, slots=True)
class Opening:
    """A network and port of the operator's own that may be reached, without TLS as well."""

    network: Network
    port: int

    def covers(self, address: Address, port: int) -> bool:
        return port == self.port and address in self.network


def plain(address: Address) -> Address:
    """IPv4 where IPv6 only wraps it."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def is_refused(address: Address) -> bool:
    address = plain(address)
    return any(address in network for network in REFUSED)


def parse_openings(text: str) -> tuple[Opening, ...]:
    """From `10.1.0.0/16:8080, [fd00::]/8:443`; ValueError with what is wrong."""
    return tuple(_opening(part.strip()) for part in text.split(",") if part.strip())


def _opening(text: str) -> Opening:
    network, _, port = text.rpartition(":")
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise ValueError(f"must be networks with a port, like 10.1.0.0/16:8080, not {text!r}")
    try:
        return Opening(ip_network(network.replace("[", "").replace("]", "")), int(port))
    except ValueError as error:
        raise ValueError(f"has no network in {text!r}: {error}") from None


def covers_any(openings: Iterable[Opening], address: Address, port: int) -> bool:
    address = plain(address)
    return any(opening.covers(address, port) for opening in openings)


def literal(host: str) -> Address | None:
    """The address that a host is written as; None for a name."""
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        return None
