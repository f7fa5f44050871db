"""`make test`: what tests need from the system, lint, then every test; pytest speaks last."""

import subprocess
import sys

from tools import dashboard, lint
from tools.standins import ensure_chromium, ensure_postgres

PYTEST = (sys.executable, "-m", "pytest", "--numprocesses=2", "--dist=worksteal")


def main() -> int:
    """Run everything, also after a failure; returns 0 where all of it passes."""
    ensure_postgres()
    ensure_chromium()
    built = dashboard.main() == 0
    linted = lint.main() == 0
    tested = subprocess.run([*PYTEST, *sys.argv[1:]], check=False).returncode == 0
    return 0 if built and linted and tested else 1


if __name__ == "__main__":
    sys.exit(main())
