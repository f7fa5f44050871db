"""Where a client's spool lies: what belongs to a token is kept in a file of its own.

Two bots started in one folder have the same default spool and different tokens. In one file either
would send the other's events with a token that may not write for their servers.
"""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

_DIGITS = 12


def spool_path(spool: Path, token: str) -> Path:
    """The file of this token: beside `spool`, named after it and after a hash of the token."""
    digest = sha256(b"modwatch spool\0" + token.strip().encode()).hexdigest()
    return spool.with_name(f"{spool.stem}-{digest[:_DIGITS]}{spool.suffix}")


def other_spools(spool: Path, own: Path) -> list[Path]:
    """Files under the same `spool` that are not `own`: of other tokens, and that of old versions,
    which had `spool` itself for all tokens."""
    name = re.compile(rf"{re.escape(spool.stem)}(-[0-9a-f]{{{_DIGITS}}})?{re.escape(spool.suffix)}")
    return sorted(
        path
        for path in spool.parent.iterdir()
        if name.fullmatch(path.name) and path != own and path.is_file()
    )
