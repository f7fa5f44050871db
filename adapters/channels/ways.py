"""What a process has to send with: one set for all channels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from adapters.outgoing.client import Outgoing
from adapters.outgoing.mail import MailServer


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """What reaches outside.

    mail              None where the operator has set no mail server
    discord_answered  takes status and headers: Discord counts what it refuses against our address
    clock             epoch milliseconds
    patience_seconds  the longest that one attempt may take, where it would take longer by itself
    """

    outgoing: Outgoing
    mail: MailServer | None
    apprise_schemes: frozenset[str]
    clock: Callable[[], int]
    patience_seconds: float = 60.0
    discord_answered: Callable[[int, Mapping[str, str]], None] = lambda _status, _headers: None
