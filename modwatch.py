"""Entrance of `modwatch`, the command line; `.venv/bin/modwatch` runs this file."""

import os

from adapters.process.memory import load_undisturbed

load_undisturbed()
if "PROMETHEUS_MULTIPROC_DIR" in os.environ:  # started by a process that counts for `/metrics`
    from adapters.telemetry.shared_counts import count_on

    count_on()

from api.cli.commands import main  # noqa: E402, after the lines above

if __name__ == "__main__":
    main()
