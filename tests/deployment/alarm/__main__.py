"""`make alerts-test`: kills each process of an installation, and waits for the pager.

Some five minutes, of which beat's own patience takes two. Prints what came and how long it took;
exit 1 where something did not come, or did not end. Needs root, or an installed Alertmanager.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from adapters.process.tether import die_with_parent
from tests.deployment.alarm.installation import Installation, Part
from tests.deployment.alarm.pager import Pager
from tests.deployment.alarm.watchers import alertmanager, prometheus, templates
from tests.faults.stack import kill
from tests.servers.ports import free_port
from tools.checkers import ensure_checkers
from tools.standins import ensure_postgres

PATIENCE_SECONDS = 300.0


def main() -> int:
    ensure_postgres()
    ensure_checkers()
    with templates(), tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        pager, installation, port = Pager(), Installation(folder), free_port()
        watchers = (
            alertmanager(folder, pager.url, port),
            prometheus(folder, {"modwatch-web": installation.address}, port),
        )
        try:
            for one in watchers:
                one.start()
            failed = [part.name for part in installation.parts if not tried(part, pager)]
        finally:
            for one in watchers:
                kill(one)
            installation.end()
            pager.close()
            shutil.rmtree(folder, ignore_errors=True)
    print(f"alerts: {', '.join(failed)} failed" if failed else "alerts: each came and ended")
    return len(failed)


def tried(part: Part, pager: Pager) -> bool:
    """Kill it, wait for its alert, start it again, wait for the end of every alert."""
    if not _within(lambda: not pager.firing, f"silence before {part.name} is killed", pager):
        return False
    part.kill()
    came = _within(lambda: part.alert in pager.firing, f"{part.name} killed: {part.alert}", pager)
    leads = pager.firing.get(part.alert, "").endswith(f"/{part.alert}.md")
    part.start()
    ended = _within(
        lambda: part.alert in pager.resolved and not pager.firing,
        f"{part.name} back: silence",
        pager,
    )
    return came and leads and ended


def _within(holds: Callable[[], bool], what: str, pager: Pager) -> bool:
    started = time.monotonic()
    while not holds() and time.monotonic() - started < PATIENCE_SECONDS:
        time.sleep(0.2)
    word = f"after {time.monotonic() - started:.0f} s" if holds() else "NOT"
    print(f"{what}: {word}; firing: {', '.join(sorted(pager.firing)) or 'none'}", flush=True)
    return holds()


if __name__ == "__main__":
    die_with_parent()
    sys.exit(main())
