"""Why a server that was put back does not start, read out of its log."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.backups.pgbackrest import last_words

ENDED = "2026-11-29 03:04:05 UTC [7] FATAL:  could not locate required checkpoint record\n"
KNOCKED = "2026-11-29 03:04:05 UTC [8] FATAL:  the database system is in recovery mode\n"
BYE = "2026-11-29 03:04:05 UTC [1] LOG:  aborting startup due to startup process failure\n"


@pytest.mark.parametrize(
    ("log", "words"),
    [
        (ENDED + BYE, "could not locate required checkpoint record"),
        (KNOCKED + ENDED + KNOCKED + BYE, "could not locate required checkpoint record"),
        (KNOCKED, "the database system is in recovery mode"),
        (BYE, BYE.strip()),
        ("", "without a word"),
    ],
)
def test_last_words(tmp_path: Path, log: str, words: str) -> None:
    (tmp_path / "log").write_text(log)
    assert last_words(tmp_path / "log") == words
