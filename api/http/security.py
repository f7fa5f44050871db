"""Headers that every answer carries."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from urllib.parse import quote

from flask import Flask, Response, request

from adapters.settings import Settings

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
    " img-src 'self' https://cdn.discordapp.com; manifest-src 'self';"
    " frame-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
SECURITY_HEADERS = [
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Content-Security-Policy", POLICY),
]
# A year; only where the address that people use is https, or a first visit would be lost.
STRICT_TRANSPORT = ("Strict-Transport-Security", "max-age=31536000")
# The unversioned prefix is for clients that exist already (RFC 9745: since 2026-01-01).
DEPRECATED = "@1767225600"


def security_headers(settings: Settings) -> list[tuple[str, str]]:
    """Those of every answer of this installation."""
    return [*SECURITY_HEADERS, STRICT_TRANSPORT] if settings.is_https else SECURITY_HEADERS


def policy_with(script: str) -> str:
    """The policy of a page in which this one script stands: no other may."""
    digest = b64encode(sha256(script.encode()).digest()).decode()
    return POLICY.replace("script-src 'self'", f"script-src 'self' 'sha256-{digest}'")


def install_security(app: Flask, settings: Settings) -> None:
    always = security_headers(settings)

    @app.after_request
    def add_headers(response: Response) -> Response:
        for name, value in always:
            response.headers.setdefault(name, value)
        if request.environ.get("modwatch.unversioned"):
            response.headers.extend(deprecation_headers(request.script_root + request.path))
        return response


def deprecation_headers(path: str) -> list[tuple[str, str]]:
    """For an answer under `/api/`; `path` is the one under `/api/v1/` that succeeds it."""
    # Quoted: an address may hold anything, a header no line break and no letter beyond latin-1.
    return [("Deprecation", DEPRECATED), ("Link", f'<{quote(path)}>; rel="successor-version"')]
