"""An empty page in which the dashboard shows a report's mail, whose styles its policy forbids.

It lies in a frame of its own origin: whatever the mail were to hold, it reaches nothing of the page
around it. It writes what it is sent, once, and runs no script but the one that does this.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256

from flask import Blueprint, Response

from api.http.guard import public

blueprint = Blueprint("report_frame", __name__)

SCRIPT = (
    "addEventListener('message', ({ source, data }) => {"
    " if (source !== parent) return;"
    " document.open(); document.write(String(data)); document.close(); }, { once: true });"
)
PAGE = f'<!doctype html><meta charset="utf-8"><title>Preview</title><script>{SCRIPT}</script>'
_HASH = b64encode(sha256(SCRIPT.encode()).digest()).decode()
POLICY = (
    f"sandbox allow-scripts; default-src 'none'; script-src 'sha256-{_HASH}';"
    " style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'self'"
)


@blueprint.get("/report-frame")
@public
def report_frame() -> Response:
    answer = Response(PAGE, content_type="text/html; charset=utf-8")
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["X-Frame-Options"] = "SAMEORIGIN"
    answer.headers["Cache-Control"] = "no-cache"
    return answer
