"""Which tests one process of several has all of, since what they share is large and started once.

xdist's own groups (`--dist=loadgroup`) do nothing beside pytest 9.2: xdist 3.8 writes them into an
id that pytest no longer reads. Its hook for schedulers needs none.
"""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

# Files, and folders with all that is below.
TOGETHER = (
    "tests/api/test_health.py",
    "tests/api/test_permissions.py",
    "tests/cross_site/",
    "tests/dashboard/",
    "tests/deployment/test_kubernetes.py",
    "tests/live/",
    "tests/tools/test_run.py",
)


class Together(LoadScopeScheduling):  # type: ignore[misc]
    """Hands out the groups first, the largest before the others, and then test by test."""

    def _split_scope(self, nodeid: str) -> str:
        return next((place for place in TOGETHER if nodeid.startswith(place)), nodeid)
