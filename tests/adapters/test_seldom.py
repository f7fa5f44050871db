"""What stays so is said once a minute, in one form, by us and by the libraries alike."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from adapters.settings import ROOT
from adapters.telemetry.logs import not_again
from adapters.telemetry.seldom import (
    EVERY_SECONDS,
    MOST_REMEMBERED,
    SELDOM,
    Seldom,
    say_seldom,
)
from tests.parts import until
from tests.servers.valkey import Valkey

PROGRAM = """
import logging, warnings
from sqlalchemy.exc import OperationalError
from adapters.settings import load_settings
from adapters.telemetry.logs import configure_logs, say_unknown_settings, take_over_python_logs
from adapters.redis.link import RedisLink
settings = load_settings()
configure_logs(settings)
take_over_python_logs(settings)
say_unknown_settings(settings)
link = RedisLink(settings.redis_url)
for _ in range(3):
    link.ping()
for seconds in (2, 4, 6):
    logging.getLogger("celery.worker.consumer.consumer").error(
        "consumer: Cannot connect to %s: again in %s", "redis://", seconds)
    logging.getLogger("kombu.transport").warning("odd %s", seconds)
    logging.getLogger("celery.worker.request").critical(
        "Couldn't ack %r, reason:%r", seconds, ConnectionError())
    logging.getLogger("any").warning("its key is %s", "x" * 20 + "Y" * 30)
    try:
        raise OperationalError("SELECT 1", {}, ConnectionError("refused"))
    except OperationalError:
        logging.getLogger("celery.app.trace").error("Task sweep raised", exc_info=True)
warnings.warn("careful")
"""


def test_the_same_once_a_minute() -> None:
    now = [1000.0]
    seldom = Seldom(lambda: now[0])
    assert [seldom.may_say("a"), seldom.may_say("a"), seldom.may_say("b")] == [True, False, True]
    now[0] += 59.9
    assert not seldom.may_say("a")
    now[0] += 0.2
    assert seldom.may_say("a")


def test_what_was_left_out_is_counted() -> None:
    now = [1000.0]
    seldom = Seldom(lambda: now[0])
    assert [seldom.turn("a") for _ in range(4)] == [0, None, None, None]
    now[0] += EVERY_SECONDS
    assert [seldom.turn("b"), seldom.turn("a"), seldom.turn("a")] == [0, 3, None]
    now[0] += EVERY_SECONDS
    assert seldom.turn("a") == 1


def test_whoever_makes_up_news_does_not_fill_the_memory() -> None:
    seldom = Seldom()
    assert all(seldom.may_say(str(number)) for number in range(3 * MOST_REMEMBERED))
    assert len(seldom._said) <= MOST_REMEMBERED


def test_the_line_says_how_many_were_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    now, said = [1000.0], []
    monkeypatch.setattr(SELDOM, "_timer", lambda: now[0])
    for seconds in (0, 1, 1, EVERY_SECONDS):
        now[0] += seconds
        say_seldom(lambda event, **fields: said.append((event, fields)), "x_away", error=seconds)
    assert said == [("x_away", {"error": 0}), ("x_away", {"error": EVERY_SECONDS, "unsaid": 2})]


def test_a_line_that_is_left_out_stays_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other handlers have the same record."""
    now = [1000.0]
    monkeypatch.setattr(SELDOM, "_timer", lambda: now[0])
    said, unsaid, later = (_failed_task(number) for number in range(3))
    assert not_again(said)
    assert not not_again(unsaid)
    now[0] += EVERY_SECONDS
    assert not_again(later)
    assert [one.getMessage() for one in (said, unsaid, later)] == [
        "Task 0 raised",
        "Task 1 raised",
        "Task 2 raised (and 1 like it before)",
    ]
    assert [one.exc_info is None for one in (said, unsaid, later)] == [True, False, True]


def _failed_task(number: int) -> logging.LogRecord:
    error = OperationalError("SELECT 1", {}, ConnectionError("refused"))
    about = (type(error), error, None)
    words = "Task %s raised"
    return logging.LogRecord("celery.app.trace", logging.ERROR, "", 0, words, (number,), about)


def test_one_form_in_one_stream(tmp_path: Path) -> None:
    given = {
        "DATA_DIR": str(tmp_path),
        "REDIS_URL": f"unix://{tmp_path}/nobody",
        "LOG_FORMAT": "json",
        "LOG_LEVL": "debug",
    }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env=os.environ | {f"MODWATCH_{name}": text for name, text in given.items()},
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert done.stdout == ""
    assert all({"event", "level", "timestamp"} <= set(line) for line in lines)
    events = [line["event"] for line in lines]
    # Celery's own word on the same is no news.
    assert events[:3] == ["unknown_setting", "redis_away", "odd 2"]
    assert [event for event in events if event.startswith("odd")] == ["odd 2"]
    assert not [event for event in events if event.startswith("Couldn't")]
    assert events.count("its key is ***") == 3
    (task,) = [line for line in lines if line["event"] == "Task sweep raised"]
    assert "exception" not in task
    assert "careful" in events[-1]
    assert "MODWATCH_LOG_LEVEL" in lines[0]["message"]


def test_a_worker_without_its_redis_says_so_once(
    valkey: Valkey, sqlite_url: str, tmp_path: Path
) -> None:
    given = {
        "DATABASE_URL": sqlite_url,
        "DATA_DIR": str(tmp_path),
        "REDIS_URL": valkey.url,
        "LOG_FORMAT": "json",
    }
    log = tmp_path / "log"

    def about_it() -> list[dict[str, str]]:
        whole, _, _ = log.read_text().rpartition("\n")  # the last line may be half written
        return [line for line in map(json.loads, whole.splitlines()) if is_about_it(line["event"])]

    with log.open("wb") as out:
        worker = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "celery_config", "-q", "worker", "-P", "solo"],
            cwd=ROOT,
            env=os.environ | {f"MODWATCH_{name}": text for name, text in given.items()},
            stdout=out,
            stderr=out,
        )
    try:
        until(lambda: bool(valkey.client().exists("modwatch:beat")), 60, "a task done")
        valkey.stop()
        until(lambda: bool(about_it()), 60, "a word on it")
        valkey.start()
        until(lambda: bool(valkey.client().exists("modwatch:workers")), 60, "the worker again")
        said = about_it()
    finally:
        worker.terminate()
        worker.wait(60)
    first = datetime.fromisoformat(said[0]["timestamp"])
    again = [datetime.fromisoformat(line["timestamp"]) - first for line in said[1:]]
    assert not [age for age in again if age < timedelta(seconds=EVERY_SECONDS - 1)], said


def is_about_it(event: str) -> bool:
    return "onnect" in event or event == "redis_away"
