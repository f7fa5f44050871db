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
# A blocked message has no id. Without an alert, which has one, its text and about when it was sent
# stand for it. Two processes hear of it at nearly the same time, but may find different slots.
SLOT_MS = 10_000


@dataclass
class Offence:
    """What is known of it so far.

    `id` is that of its event; the first alert of a blocked message changes it. `place` is one in
    this process and stays.
    """

    id: UUID
    at: datetime
    place: str
    slot: int = 0
    number: int = 0  # of the same offences in the slot
    deeds: set[Deed] = field(default_factory=set)
    timeout: timedelta | None = None
    response_ms: int | None = None  # of the first action

    @property
    def worst(self) -> Deed:
        return max(self.deeds, key=ORDER.index)


@dataclass(frozen=True)
class Subject:
    """What Discord's events of one offence have in common, and those of equal posts as well."""

    guild_id: int
    rule_id: int
    user_id: int
    message_id: int | None
    channel_id: int | None
    content_digest: str

    @property
    def what(self) -> str:
        if self.message_id is not None:
            return f"message:{self.message_id}"
        return f"blocked:{self.channel_id or 0}:{self.content_digest}"

    def id_of(self, what: str) -> UUID:
        return automod_id(self.guild_id, self.rule_id, self.user_id, what)


def subject_of(
    *,
    guild_id: int,
    rule_id: int,
    user_id: int,
    message_id: int | None,
    channel_id: int | None,
    content: str,
) -> Subject:
    digest = "" if message_id is not None else _digest(content)
    channel_id = None if message_id is not None else channel_id
    return Subject(
        guild_id=guild_id,
        rule_id=rule_id,
        user_id=user_id,
        message_id=message_id,
        channel_id=channel_id,
        content_digest=digest,
    )


class Offences:
    """Brings the actions of one offence together, and tells one offence from the next.

    Equal posts may be blocked at the same time, and Discord's events of their actions come in any
    order: each action belongs to the oldest offence that did not have it yet.
    """

    def __init__(self, settle_seconds: float) -> None:
        self._settle_seconds = settle_seconds
        self._of: OrderedDict[Subject, list[Offence]] = OrderedDict()

    def note(
        self, deed: Deed, at: datetime, subject: Subject, alert_id: int | None = None
    ) -> Offence:
        """The offence this action belongs to, with the action among its deeds.

        `alert_id`: the message Discord sent to those who are to be alerted.
        """
        open_ones = self._open(subject, at)
        # A message has one offence against a rule.
        is_message = subject.message_id is not None
        fitting = (one for one in open_ones if is_message or deed not in one.deeds)
        offence = next(fitting, None) or self._begin(subject, at, open_ones)
        offence.deeds.add(deed)
        if subject.message_id is None and alert_id is not None:
            offence.id = subject.id_of(f"alert:{alert_id}")
        return offence

    def _open(self, subject: Subject, at: datetime) -> list[Offence]:
        """Those of this subject, oldest first, to which more may come; the last one stays known."""
        known = self._of.setdefault(subject, [])
        self._of.move_to_end(subject)
        if len(self._of) > MOST_KEPT:
            self._of.popitem(last=False)
        if subject.message_id is not None:
            return known
        return [
            offence
            for offence in known
            if (at - offence.at).total_seconds() <= self._settle_seconds
        ]

    def _begin(self, subject: Subject, at: datetime, open_ones: list[Offence]) -> Offence:
        slot = 0 if subject.message_id is not None else int(at.timestamp() * 1000) // SLOT_MS
        last = self._of[subject][-1:]
        number = last[0].number + 1 if last and last[0].slot == slot else 0
        id = subject.id_of(f"{subject.what}:{slot}:{number}")
        offence = Offence(id=id, at=at, place=f"offence:{id}", slot=slot, number=number)
        self._of[subject] = [*open_ones, offence]
        return offence


def _digest(content: str) -> str:
    return sha256(content.encode(errors="surrogatepass")).hexdigest()[:16]
