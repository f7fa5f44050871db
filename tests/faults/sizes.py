"""Little is asked for by `make test`, all of it by `make faults`."""

from __future__ import annotations

import os

IS_WHOLE = "MODWATCH_TEST_KILLS" in os.environ
# For tests whose SQL is tried on both databases elsewhere: `indirect` for the fixture of that name.
DATABASES = ["sqlite", "postgresql"] if IS_WHOLE else ["sqlite"]
