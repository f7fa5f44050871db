"""`python -m benchmarks.hosts_worker`: a worker that makes snapshots and does nothing else."""

from __future__ import annotations

import os
import signal
import time

from adapters.settings import load_settings
from services.container import build_parts

LOOK_EVERY_SECONDS = 0.05
# In the data folder once it has looked for the first time.
READY = "worker_{}.ready"


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: (_ for _ in ()).throw(SystemExit(0)))
    settings = load_settings()
    parts = build_parts(settings)
    parts.materialise()
    (settings.data_dir / READY.format(os.getpid())).touch()
    while True:
        if not parts.materialise():
            time.sleep(LOOK_EVERY_SECONDS)


if __name__ == "__main__":
    main()
