"""What came of one attempt to hand a message to a provider."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

FORGOTTEN = ""  # as a reference: what the story began with is gone, `Message.earlier` is None now
LONGEST_ANSWER = 500  # characters of what a provider said that are kept


class Outcome(StrEnum):
    SENT = "sent"
    NOT_SENT = "not_sent"  # it surely did not arrive: try again by the backoff
    IN_DOUBT = "in_doubt"  # it may have arrived: what then is the channel's own setting
    WAIT = "wait"  # it surely did not arrive, and the provider says when to come back
    DEAD = "dead"  # trying again would be answered the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """The outcome, and what the provider said.

    reason             one word of ours: `timeout`, `refused`, `http_404`, `address_not_allowed`
    answer             the provider's own words without the channel's secrets, at most
                       LONGEST_ANSWER characters
    retry_after_ms     how long to leave the whole channel alone; possible with SENT as well
    reference          what a later message of the story needs to find this one; None: keep the old;
                       FORGOTTEN: there is none any more. It counts with every outcome
    is_channel_broken  nothing will arrive here again before a person changes the channel
    """

    outcome: Outcome
    reason: str
    http_status: int | None = None
    answer: str = ""
    retry_after_ms: int | None = None
    reference: str | None = None
    is_channel_broken: bool = False
