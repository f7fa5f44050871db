"""Whose clock is wrong nobody knows; that one is, the operator reads in the log."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.clock import AHEAD_MS, rfc3339
from domain.windows import MINUTE_MS
from tests.log_lines import lines_of
from tests.parts import make_web, settings_for, violation

BEHIND = "the server's clock seems to be 11 min behind the bots'"


@pytest.mark.parametrize(
    ("ahead_ms", "words"),
    [((12 * MINUTE_MS, 11 * MINUTE_MS), [BEHIND]), ((AHEAD_MS, 12 * MINUTE_MS), [])],
    ids=["all", "one of them"],
)
def test_a_clock_that_refuses_all_is_said_to_be_behind(
    sqlite_url: str,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    ahead_ms: tuple[int, ...],
    words: list[str],
) -> None:
    web = make_web(settings_for(sqlite_url, tmp_path, LOG_LEVEL="warning", LOG_FORMAT="json"))
    try:
        events = [violation(timestamp=rfc3339(web.clock() + ms)) for ms in ahead_ms]
        bot = web.bot()
        answers = [bot.post("/api/v1/ingest", json={"events": events}) for _ in range(2)]
    finally:
        web.parts.close()
    assert {answer.status_code for answer in answers} == {422 if words else 202}
    lines = lines_of("clock_behind", capfd.readouterr().err)
    assert [line["words"] for line in lines] == words
