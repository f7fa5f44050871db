"""Two prefixes, one route table: `/api/...` is answered as `/api/v1/...` is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

Environ = dict[str, Any]
WsgiApp = Callable[[Environ, Any], Iterable[bytes]]


def unversioned_api(app: WsgiApp) -> WsgiApp:
    def routed(environ: Environ, start_response: Any) -> Iterable[bytes]:
        path: str = environ["PATH_INFO"]
        if path.startswith("/api/") and not path.startswith("/api/v1/"):
            environ["PATH_INFO"] = "/api/v1" + path[4:]
            environ["modwatch.unversioned"] = True
        # simple-websocket would accept compression: 100 KB per socket, and three times the latency.
        environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
        return app(environ, start_response)

    return routed
