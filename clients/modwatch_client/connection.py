"""Connections to the server, which share what is slow to read."""

from __future__ import annotations

import ssl
from functools import cache

import httpx


def connect(url: str, token: str, version: str, timeout_seconds: float) -> httpx.Client:
    headers = {"Authorization": f"Bearer {token.strip()}", "User-Agent": f"modwatch/{version}"}
    return httpx.Client(
        base_url=url, headers=headers, timeout=timeout_seconds, verify=_authorities()
    )


@cache
def _authorities() -> ssl.SSLContext:
    """Whom we trust, read once for a process: each reading takes some 30 ms of a core."""
    return httpx.create_ssl_context()
