"""What of a claim each guild may have, so that one with thousands due leaves senders to others."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, zip_longest

from models.deliveries.sendable import ChannelKey

SENDERS = 8


class Shares:
    """All of it, while no other guild waits. What a guild has in hand counts towards its share."""

    def __init__(self, most: int, in_hand: Mapping[int, int], waiting: Iterable[int]) -> None:
        """`most`: how many may be claimed now, beside all that is `in_hand` of each guild."""
        count = len(set(waiting))
        of_all = (most + sum(in_hand.values())) // max(count, 1)
        self._left = most
        # One that waits for a slow provider does not have every sender wait with it.
        self._share = most if count == 1 else max(1, min(of_all, SENDERS - 1))
        self._in_hand = Counter({} if count == 1 else in_hand)

    def is_used_up(self, guild_id: int) -> bool:
        return self._left <= 0 or self._in_hand[guild_id] >= self._share

    def take(self, guild_id: int) -> None:
        self._left -= 1
        self._in_hand[guild_id] += 1


def in_turn(keys: Sequence[ChannelKey]) -> list[ChannelKey]:
    """One of each guild after the other, each guild's own in their order."""
    of_guild: dict[int, list[ChannelKey]] = defaultdict(list)
    for key in keys:
        of_guild[key[0]].append(key)
    turns = chain.from_iterable(zip_longest(*of_guild.values()))
    return [key for key in turns if key is not None]
