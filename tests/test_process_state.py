"""A process of tests: one begins as if there had been none before it."""

from __future__ import annotations

from contextlib import redirect_stderr
from io import StringIO

import pytest
import structlog

from adapters.settings import load_settings
from adapters.telemetry.logs import configure_logs


def test_logs_outlive_a_test_that_captured_them(capsys: pytest.CaptureFixture[str]) -> None:
    """Both a logger that was used there and one that comes later."""
    used = structlog.get_logger()
    with StringIO() as captured, redirect_stderr(captured):
        configure_logs(load_settings({"MODWATCH_LOG_LEVEL": "error"}))
        used.error("there")
        assert "there" in captured.getvalue()
    used.error("here")
    structlog.get_logger().error("and here")
    used.warning("not wanted")
    said = capsys.readouterr().err
    assert [word in said for word in ("there", "and here", "not wanted")] == [False, True, False]
