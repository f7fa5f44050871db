"""The protocol of `/ws` in one process that has no Redis."""

from __future__ import annotations

from domain.live import MAXIMUM_CONNECTIONS
from tests.live.site import Site
from tests.live.sockets import LibrarySockets
from tests.live.speech import check_five_connections, check_subscribe_and_resume


def test_without_redis_it_is_the_same(site_alone: Site) -> None:
    sockets = LibrarySockets()
    check_subscribe_and_resume(site_alone, sockets)
    check_five_connections(site_alone, sockets, [0] * (MAXIMUM_CONNECTIONS + 1))
    sockets.close()
