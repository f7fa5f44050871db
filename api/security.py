"""Headers that every answer carries."""

from __future__ import annotations

from urllib.parse import quote

from flask import Flask, Response, request

SECURITY_HEADERS = [
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    (
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
        " img-src 'self' https://cdn.discordapp.com; manifest-src 'self';"
        " base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    ),
]
# The unversioned prefix is for clients that exist already (RFC 9745: since 2026-01-01).
DEPRECATED = "@1767225600"


def install_security(app: Flask) -> None:
    @app.after_request
    def add_headers(response: Response) -> Response:
        for name, value in SECURITY_HEADERS:
            response.headers.setdefault(name, value)
        if request.environ.get("modwatch.unversioned"):
            response.headers.extend(deprecation_headers(request.path))
        return response


def deprecation_headers(path: str) -> list[tuple[str, str]]:
    """For an answer under `/api/`; `path` is the one under `/api/v1/` that succeeds it."""
    # Quoted: an address may hold anything, a header no line break and no letter beyond latin-1.
    return [("Deprecation", DEPRECATED), ("Link", f'<{quote(path)}>; rel="successor-version"')]
