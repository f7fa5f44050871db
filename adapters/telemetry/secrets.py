"""What may be a secret is taken out of whatever is logged.

Tokens, logins, tickets and the like are random text of 43 characters and more (256 bits). Nothing
that we log on purpose looks so: a UUID has 36, a hash no capitals, a name has spaces or is short.
"""

from __future__ import annotations

import re
from typing import Any

_LONG = re.compile(r"[A-Za-z0-9_=-]{43,}")
HIDDEN = "***"


def without_secrets(text: str) -> str:
    """The text, with what looks like a secret replaced by stars."""
    return _LONG.sub(_hide, text)


def hide_secrets(_logger: Any, _method: str, line: Any) -> str:
    """The same, as the last of structlog's processors: tracebacks and all."""
    return without_secrets(line)


def _hide(found: re.Match[str]) -> str:
    return found[0] if found[0] == found[0].lower() else HIDDEN
