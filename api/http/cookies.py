"""Cookies of ours: for this installation alone, and nothing that a script could read."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from adapters.settings import Settings
from api.http.extension import parts

COOKIE = "modwatch_session"


def session_cookie(settings: Settings) -> str:
    """The name of the cookie that a login is kept in.

    On https browsers take one of these prefixes from nobody but the host itself, so that no page of
    a neighbouring host name can log people in as somebody else (RFC 6265bis, 4.1.3).
    """
    if not settings.is_https:
        return COOKIE
    return f"__Secure-{COOKIE}" if urlsplit(settings.public_url).path else f"__Host-{COOKIE}"


def sent_session() -> str:
    """The secret of a login that this request came with, or nothing."""
    return request.cookies.get(session_cookie(parts().settings), "")


def set_session(answer: AnyResponse, secret: str, max_age_seconds: int) -> None:
    set_cookie(answer, session_cookie(parts().settings), secret, max_age_seconds)


def drop_session(answer: AnyResponse) -> None:
    drop_cookie(answer, session_cookie(parts().settings))


def set_cookie(answer: AnyResponse, name: str, value: str, max_age_seconds: int) -> None:
    answer.set_cookie(
        name,
        value,
        max_age=max_age_seconds,
        path=_path(),
        httponly=True,
        samesite="Lax",
        secure=parts().settings.is_https,
    )


def drop_cookie(answer: AnyResponse, name: str) -> None:
    answer.delete_cookie(
        name, path=_path(), httponly=True, samesite="Lax", secure=parts().settings.is_https
    )


def _path() -> str:
    """Other things may be served from the same host, below paths of their own."""
    return f"{request.root_path.rstrip('/')}/"
