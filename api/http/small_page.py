"""A page of one question for people who come from a mail: no script, no login, its own style."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from html import escape

from flask import Response

STYLE = """
:root { color-scheme: light dark; --bg: #f5f6f8; --panel: #ffffff; --line: #d5dbe3;
  --text: #1a2230; --muted: #556274; --accent: #3556d8; --on-accent: #ffffff; }
@media (prefers-color-scheme: dark) { :root { --bg: #0f1217; --panel: #161b22; --line: #2b343f;
  --text: #e6eaf0; --muted: #9aa7b5; --accent: #7c9cff; --on-accent: #0f1217; } }
body { margin: 0; padding: 48px 16px; background: var(--bg); color: var(--text);
  font: 14px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 440px; margin: 0 auto; padding: 24px 32px 32px; background: var(--panel);
  border: 1px solid var(--line); border-radius: 8px; }
h1 { margin: 0 0 8px; font-size: 20px; line-height: 1.3; font-weight: 600; }
p { margin: 0; color: var(--muted); overflow-wrap: anywhere; }
button { margin-top: 24px; padding: 10px 20px; border: 0; border-radius: 6px; cursor: pointer;
  background: var(--accent); color: var(--on-accent); font: inherit; font-weight: 600; }
button:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
"""
_STYLE_HASH = b64encode(sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none';"
        " form-action 'self'; frame-ancestors 'none'"
    ),
}


def small_page(status: int, title: str, text: str, button: str = "", do: str = "") -> Response:
    """With a button it posts `do` to its own address."""
    form = ""
    if button:
        form = (
            f'<form method="post"><button name="do" value="{do}">{escape(button)}</button></form>'
        )
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="robots" content="noindex">'
        f"<title>{escape(title)} · Modwatch</title><style>{STYLE}</style></head>"
        f"<body><main><h1>{escape(title)}</h1><p>{escape(text)}</p>{form}</main></body></html>\n"
    )
    return Response(page, status, HEADERS, content_type="text/html; charset=utf-8")
