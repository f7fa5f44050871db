"""Our own dead man's switch: an address of the operator's that is asked for as long as we work.

No alert of ours tells that nothing of us runs any more; who is not asked for some minutes can.
"""

from __future__ import annotations

import requests
import structlog

from adapters.version import VERSION

TIMEOUT_SECONDS = 5.0
_log = structlog.get_logger()


def say_alive(url: str) -> bool:
    """Whether it was heard. No word of the address is logged: who knows it can pretend to be us."""
    try:
        answer = requests.get(
            url,
            timeout=TIMEOUT_SECONDS,
            allow_redirects=False,
            headers={"User-Agent": f"Modwatch/{VERSION}"},
        )
    except requests.RequestException as error:
        _log.warning("heartbeat_not_heard", error=type(error).__name__)
        return False
    is_heard = 200 <= answer.status_code < 300
    if not is_heard:
        _log.warning("heartbeat_not_heard", status=answer.status_code)
    return is_heard
