"""How often one caller may ask in a minute."""

from __future__ import annotations

from typing import NamedTuple

WINDOW_SECONDS = 60


class Limit(NamedTuple):
    """`kind` names what is counted; at most `most` of it in a minute."""

    kind: str
    most: int


READS = Limit("reads", 1_200)
WRITES = Limit("writes", 240)
LOGINS = Limit("logins", 60)
# A bot that sends one event at a time still is no nuisance; 5,000 in one request are one.
INGESTS = Limit("ingests", 60_000)
# Of one address: secrets that are nobody's. Each of them costs a look into the database.
STRANGERS = Limit("strangers", 240)


class Standing(NamedTuple):
    """Where a caller stands in the minute; `left` is below 0 for one request too many."""

    limit: Limit
    left: int
    reset_seconds: int

    @property
    def is_over(self) -> bool:
        return self.left < 0


def limit_of(path: str, method: str) -> Limit | None:
    """The limit that goes for an address; None where nothing is counted."""
    if not path.startswith("/api/"):
        return None
    if path == "/api/v1/ingest":
        return INGESTS
    if path.startswith("/api/v1/auth/") and path != "/api/v1/auth/me":
        return LOGINS
    return READS if method in ("GET", "HEAD") else WRITES
