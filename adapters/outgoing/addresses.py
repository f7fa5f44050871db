"""Whether an address that a person typed may be kept, judged by its parts and not by its looks.

What it leads to is judged again with each connection (client.py): names change their meaning.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from urllib.parse import SplitResult, urlsplit

from adapters.outgoing.networks import Opening, covers_any, is_refused, literal

LONGEST = 2000
_NAME = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z](?:[a-z0-9-]*[a-z0-9])")
# Spaces and backslashes are read differently by different readers of addresses.
_STRANGE = re.compile(r"[^\x21-\x7e]|\\")
PORTS = {"https": 443, "http": 80}


def checked_address(
    text: str, hosts: Collection[str] = (), openings: Sequence[Opening] = ()
) -> str:
    """The address to keep. Raises ValueError with a sentence that repeats none of it.

    hosts     the only hosts it may have; empty: any that is not of a private network
    openings  the operator's exceptions: with their port http is possible, and a network address
              in one of them is taken whatever `hosts` says
    """
    parts = _parts(text)
    port = parts.port or PORTS[parts.scheme]
    host = parts.hostname or ""
    if not _is_open(host, port, openings, needs_network=bool(hosts) and host not in hosts):
        _refuse_unsafe(parts, host, port, hosts)
    return parts._replace(fragment="").geturl()


def _parts(text: str) -> SplitResult:
    if len(text) > LONGEST:
        raise ValueError(f"must have at most {LONGEST} characters")
    if _STRANGE.search(text):
        raise ValueError("must be an address without spaces, backslashes and special letters")
    try:
        parts = urlsplit(text)
        good_port = parts.port != 0
    except ValueError:
        raise ValueError("must be an https address") from None
    if parts.scheme not in PORTS or not parts.hostname or not good_port:
        raise ValueError("must be an https address")
    if "@" in parts.netloc:
        raise ValueError("must not have a user name or password in front of the host")
    return parts


def _is_open(host: str, port: int, openings: Sequence[Opening], needs_network: bool) -> bool:
    if (address := literal(host)) is not None:
        return covers_any(openings, address, port)
    named = _NAME.fullmatch(host) is not None
    return named and not needs_network and port != 443 and any(o.port == port for o in openings)


def _refuse_unsafe(parts: SplitResult, host: str, port: int, hosts: Collection[str]) -> None:
    if parts.scheme != "https":
        raise ValueError("must be an https address")
    if hosts and host not in hosts:
        raise ValueError(f"must be an address at {' or '.join(sorted(hosts))}")
    if port != 443:
        raise ValueError("must not name a port other than 443")
    address = literal(host)
    if address is None and _NAME.fullmatch(host) is None:
        raise ValueError("must have a host like hooks.example.org")
    if address is not None and is_refused(address):
        raise ValueError("must not lead into a private network")
