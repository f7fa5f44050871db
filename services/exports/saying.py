"""Live events and messages of a process that is neither web nor worker."""

from __future__ import annotations

import structlog

from adapters.redis.event_stream import StreamAwayError
from adapters.redis.link import RedisTroubleError
from services.container import Parts
from services.live.outbox import publish_outbox

_log = structlog.get_logger()


def say(parts: Parts) -> None:
    """Publish what was committed; without Redis the web process does, since it has the sockets."""
    parts.wake_publisher.set()
    if not parts.redis.is_configured:
        return
    try:
        publish_outbox(parts.database, parts.stream, parts.values, parts.clock)
    except (StreamAwayError, RedisTroubleError) as error:
        _log.info("left_to_the_next_sweep", error=str(error))
