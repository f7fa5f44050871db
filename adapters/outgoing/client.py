"""The guarded HTTP client: every connection goes to an address that was judged.

One look-up, all of its addresses judged, a connection to one of those, TLS by the host's name. No
redirects, no proxies of the environment, no connection kept; one deadline over everything.
"""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import httpcore
from requests.structures import CaseInsensitiveDict

from adapters.outgoing.addresses import checked_address
from adapters.outgoing.guard import Deadline, Guard, Lookup, UnreachableError, look_up
from adapters.outgoing.networks import Opening
from adapters.version import VERSION

MOST_BYTES = 64 * 1024  # of an answer; what follows is not read
DEADLINE_SECONDS = 15.0
USUAL_HEADERS = {
    "User-Agent": f"Modwatch/{VERSION}",
    "Accept-Encoding": "identity",
    "Connection": "close",
}

# It writes whole addresses, and with them secrets.
logging.getLogger("httpcore").setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` has at most MOST_BYTES."""

    status: int
    headers: CaseInsensitiveDict[str]
    body: bytes

    def text(self) -> str:
        return self.body.decode(errors="replace")


class OutgoingError(Exception):
    """There is no answer; `reason` is one word. `may_have_arrived` once a byte was sent."""

    def __init__(self, reason: str, may_have_arrived: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.may_have_arrived = may_have_arrived


class Outgoing:
    """`lookup` and `sockets` are the system's; tests give their own."""

    def __init__(
        self,
        openings: Sequence[Opening] = (),
        *,
        tls: ssl.SSLContext | None = None,
        lookup: Lookup = look_up,
        sockets: httpcore.NetworkBackend | None = None,
    ) -> None:
        self.openings = tuple(openings)
        self._tls = tls or _usual_tls()
        self._lookup = lookup
        self._sockets = sockets or httpcore.SyncBackend()

    def request(
        self,
        method: str,
        address: str,
        *,
        headers: Mapping[str, str],
        body: bytes = b"",
        on_sending: Callable[[], None] = lambda: None,
        deadline_seconds: float = DEADLINE_SECONDS,
    ) -> Answer:
        """Ask once. Raises OutgoingError, and what `on_sending` raises.

        `on_sending` is called once connected, before the first byte of the request.
        """
        sending = _Sending(on_sending)
        guard = Guard(
            openings=self.openings,
            is_tls=address.startswith("https:"),
            deadline=Deadline(deadline_seconds),
            before_first_byte=sending.begin,
            lookup=self._lookup,
            sockets=self._sockets,
        )
        try:
            self._refuse_unsafe(address)
            return self._asked(guard, method, address, USUAL_HEADERS | dict(headers), body)
        except UnreachableError as error:
            raise OutgoingError(str(error), sending.has_begun) from None
        except (httpcore.TimeoutException, TimeoutError):
            raise OutgoingError("timeout", sending.has_begun) from None
        except (httpcore.NetworkError, httpcore.ProtocolError):
            raise OutgoingError("connection_cut", sending.has_begun) from None
        except _StoppedError as stopped:
            raise stopped.error from None

    def _refuse_unsafe(self, address: str) -> None:
        try:
            checked_address(address, openings=self.openings)
        except ValueError:
            raise UnreachableError("address_not_allowed") from None

    def _asked(
        self,
        guard: Guard,
        method: str,
        address: str,
        lines: Mapping[str, str],
        body: bytes,
    ) -> Answer:
        url = httpcore.URL(address)
        connection = httpcore.HTTPConnection(url.origin, self._tls, network_backend=guard)
        given = [(name.encode(), value.encode()) for name, value in lines.items()]
        with connection, connection.stream(method, url, headers=given, content=body) as got:
            return Answer(got.status, _headers(got.headers), _limited(got.iter_stream()))


@cache
def _usual_tls() -> ssl.SSLContext:
    """One for the process: reading all authorities takes a third of a second."""
    return httpcore.default_ssl_context()


class _StoppedError(Exception):
    """Carries what `on_sending` raised past those who would take it for their own."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


class _Sending:
    def __init__(self, on_sending: Callable[[], None]) -> None:
        self._on_sending = on_sending
        self.has_begun = False

    def begin(self) -> None:
        try:
            self._on_sending()
        except Exception as error:
            raise _StoppedError(error) from error
        self.has_begun = True


def _headers(lines: Iterable[tuple[bytes, bytes]]) -> CaseInsensitiveDict[str]:
    return CaseInsensitiveDict((name.decode(), value.decode("latin-1")) for name, value in lines)


def _limited(chunks: Iterable[bytes]) -> bytes:
    """What came of the body: with the status known, a body that is cut changes nothing."""
    body = b""
    try:
        for chunk in chunks:
            body += chunk
            if len(body) >= MOST_BYTES:
                break
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, TimeoutError):
        pass
    return body[:MOST_BYTES]
