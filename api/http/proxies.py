"""Where a request comes from and below which path we are served, before anything else looks."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from adapters.settings import Settings
from api.http.prefixes import Environ, WsgiApp
from domain.proxies import TrustedProxies, origin_of, parse_address

_SAID = ("FORWARDED", "X_FORWARDED_FOR", "X_FORWARDED_PROTO", "X_FORWARDED_HOST")
_UNUSED = ("X_FORWARDED_PORT", "X_FORWARDED_PREFIX", "X_FORWARDED_SERVER", "X_REAL_IP")


def behind_proxies(app: WsgiApp, settings: Settings) -> WsgiApp:
    """With MODWATCH_TRUSTED_PROXIES and the path of MODWATCH_PUBLIC_URL."""
    trusted, base = settings.trusted_proxies, settings.base_path

    def placed(environ: Environ, start_response: Any) -> Iterable[bytes]:
        _tell_origin(environ, trusted)
        if base and environ["PATH_INFO"] == base:
            # The page's own addresses are relative to the folder.
            start_response("308 PERMANENT REDIRECT", [("Location", f"{base}/")])
            return []
        if base:
            _tell_base(environ, base)
        return app(environ, start_response)

    return placed


def _tell_origin(environ: Environ, trusted: TrustedProxies) -> None:
    """Nobody after this sees what the headers said."""
    said = [environ.pop(f"HTTP_{name}", "") for name in _SAID]
    for name in _UNUSED:
        environ.pop(f"HTTP_{name}", None)
    peer = environ.get("REMOTE_ADDR", "")
    if not any(said):
        environ["REMOTE_ADDR"] = _written(peer)
        return
    origin = origin_of(trusted, peer, *said)
    environ["REMOTE_ADDR"] = origin.address
    if origin.scheme is not None:
        environ["wsgi.url_scheme"] = origin.scheme
    if origin.host is not None:
        environ["HTTP_HOST"] = origin.host


@lru_cache(maxsize=10_000)
def _written(peer: str) -> str:
    """An address as everybody writes it: IPv4 within IPv6 is IPv4."""
    address = parse_address(peer)
    return peer if address is None else str(address)


def _tell_base(environ: Environ, base: str) -> None:
    """Most proxies take the path off; what comes with it is answered as well."""
    environ["SCRIPT_NAME"] = base
    path: str = environ["PATH_INFO"]
    if path.startswith(f"{base}/"):
        environ["PATH_INFO"] = path[len(base) :]
