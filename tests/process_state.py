"""What the product keeps once for a process, and each test of a process begins without."""

from __future__ import annotations

import sys
from typing import Any

import pytest
import structlog

from adapters.telemetry.seldom import SELDOM
from services.users.names import WANTED

_configure = structlog.configure


@pytest.fixture(autouse=True)
def as_in_a_new_process() -> None:
    """Neither names that another test's answers lacked, nor news that it told already."""
    WANTED.take()
    SELDOM.forget()


def log_to_the_test_that_runs() -> None:
    """Whichever configured the logs: the stream that one test captured is closed for the next.

    Each application configures them, for the process. In production that is done once, and loggers
    keep what they found.
    """
    structlog.configure = _configure_for_now  # type: ignore[assignment]


def _configure_for_now(**settings: Any) -> None:
    now = {"logger_factory": _to_standard_error, "cache_logger_on_first_use": False}
    _configure(**settings | now)


def _to_standard_error(*_: Any) -> structlog.PrintLogger:
    return structlog.PrintLogger(sys.stderr)
