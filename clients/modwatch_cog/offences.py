"""One offence, several gateway events: AutoMod tells of each of its actions by itself."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from modwatch_cog.ids import automod_id
from modwatch_cog.settings import Deed

ORDER: tuple[Deed, ...] = ("alert", "block", "quarantine", "timeout", "kick", "ban")
MOST_KEPT = 10_000
# A blocked message has no id: its text and about when it was sent stand for one. Two processes hear
# of it at nearly the same time, but may find different slots: the price of an id without an id.
SLOT_MS = 10_000


@dataclass
class Offence:
    """What is known of it so far."""

    id: UUID
    at: datetime
    slot: int = 0
    number: int = 0  # of the same offences in the slot
    deeds: set[Deed] = field(default_factory=set)
    timeout: timedelta | None = None

    @property
    def worst(self) -> Deed:
        return max(self.deeds, key=ORDER.index)


class Offences:
    """Brings the actions of one offence together, and tells one offence from the next."""

    def __init__(self, settle_seconds: float) -> None:
        self._settle_seconds = settle_seconds
        self._last: OrderedDict[tuple[int, int, int, str], Offence] = OrderedDict()

    def note(
        self,
        deed: Deed,
        at: datetime,
        *,
        guild_id: int,
        rule_id: int,
        user_id: int,
        message_id: int | None,
        channel_id: int | None,
        content: str,
    ) -> Offence:
        """The offence this action belongs to, with the action among its deeds."""
        if message_id is not None:
            what = f"message:{message_id}"
        else:
            digest = sha256(content.encode(errors="surrogatepass")).hexdigest()[:16]
            what = f"blocked:{channel_id or 0}:{digest}"
        key = (guild_id, rule_id, user_id, what)
        known = self._last.get(key)
        if known is None or not self._belongs(known, deed, at, message_id):
            slot = 0 if message_id is not None else int(at.timestamp() * 1000) // SLOT_MS
            number = known.number + 1 if known is not None and known.slot == slot else 0
            id = automod_id(guild_id, rule_id, user_id, f"{what}:{slot}:{number}")
            known = Offence(id, at, slot, number)
            self._keep(key, known)
        known.deeds.add(deed)
        return known

    def _belongs(self, known: Offence, deed: Deed, at: datetime, message_id: int | None) -> bool:
        """The same text blocked again is another offence; a message has one per rule."""
        if message_id is not None:
            return True
        soon = (at - known.at).total_seconds() <= self._settle_seconds
        return soon and deed not in known.deeds

    def _keep(self, key: tuple[int, int, int, str], offence: Offence) -> None:
        self._last[key] = offence
        self._last.move_to_end(key)
        if len(self._last) > MOST_KEPT:
            self._last.popitem(last=False)
