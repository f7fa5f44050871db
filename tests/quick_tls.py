"""httpx reads all authorities for each client and each request by itself: 30 to 60 ms of a core.

Here it reads them once in a process: nearly all that tests ask speaks without TLS.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from functools import cache
from typing import Any

from httpx._transports import default

_create: Callable[..., ssl.SSLContext] = default.create_ssl_context  # type: ignore[attr-defined]


@cache
def _usual() -> ssl.SSLContext:
    return _create()


def _create_seldom(verify: Any = True, cert: Any = None, trust_env: bool = True) -> ssl.SSLContext:
    if verify is True and cert is None and trust_env:
        return _usual()
    return _create(verify=verify, cert=cert, trust_env=trust_env)


def install() -> None:
    """For every client that this process makes from here on."""
    default.create_ssl_context = _create_seldom  # type: ignore[attr-defined]
