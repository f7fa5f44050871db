"""Taking a channel away: what waits for it is cancelled by name, and it goes when nothing is left.

What it still has to say (`last_words`) it says first, and what is on its way comes to its end.
"""

from __future__ import annotations

from sqlalchemy import Connection

from adapters.channels.registry import CHANNELS
from domain.decisions import Reason
from models.channels.store import ChannelRow, delete_channel, send_away
from models.deliveries.claims import lock_channel
from models.deliveries.leaving import is_anything_left
from models.deliveries.store import cancel_channel
from services.container import Parts
from services.deliveries.leaving import say_ends
from services.deliveries.views import last_words


def take_away(connection: Connection, parts: Parts, row: ChannelRow) -> None:
    """The caller holds the guild's row, and wakes the deliveries after the commit."""
    key, now_ms = (row.guild_id, row.id), parts.clock()
    # As whoever claims deliveries does: the channel first, so that the two never meet crosswise.
    lock_channel(connection, key)
    words = last_words(CHANNELS[row.kind])
    cancel_channel(connection, *key, Reason.CHANNEL_OFF.value, now_ms, but=words)
    leaving = send_away(connection, row, now_ms)
    if words:
        say_ends(connection, parts, leaving, now_ms)
    if not is_anything_left(connection, key):
        delete_channel(connection, *key)
