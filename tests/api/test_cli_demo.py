"""`modwatch demo load | feed` as `make run` starts them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from adapters.database import Database
from adapters.process.tether import die_with_parent
from models.guilds.guild import demo_guilds
from tests.command_line import ROOT, CommandHere, CommandLine
from tests.services import stored

SMALL = ("--guilds", "2", "--days", "2", "--violations", "20")
# So that somebody says something within seconds, at any hour.
LIVELY = ("--guilds", "2", "--days", "2", "--violations", "600")
PATIENCE_SECONDS = 180.0


@pytest.fixture
def program(sqlite_url: str, tmp_path: Path) -> CommandLine:
    return CommandLine(sqlite_url, tmp_path)


def test_loading_says_what_it_did(sqlite_url: str, tmp_path: Path) -> None:
    program = CommandHere(sqlite_url, tmp_path)
    first = program.run("demo", "load", *SMALL)
    assert first.returncode == 0, first.stderr
    assert first.stdout.startswith("2 invented servers: ")
    assert first.stdout.endswith(" new events, 0 already there\n")
    assert "20/20" in first.stderr
    assert " 0 new events, " in program.run("demo", "load", *SMALL).stdout
    quiet = program.run("demo", "load", "--if-empty")
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")


def test_the_feed_waits_for_the_web_then_feeds_every_guild_until_told_to_end(
    program: CommandLine, sqlite_url: str
) -> None:
    assert program.run("demo", "load", *LIVELY).returncode == 0
    database = Database(sqlite_url)
    before = _counts(database)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))  # taken, but refusing: nobody listens yet
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        feed = program.start("demo", "feed", "--url", url, "--interval", "0.05")
        assert feed.stderr is not None
        assert b"demo_feed_waits" in feed.stderr.readline()
        listener.listen()
        with _web(program, listener):
            _wait_until(lambda: _counts(database) > before and len(_beats(database)) == 2)
            feed.send_signal(signal.SIGTERM)
            out, err = feed.communicate(timeout=PATIENCE_SECONDS)
    assert feed.returncode in (-signal.SIGTERM, 128 + signal.SIGTERM)
    assert (out, err) == (b"", b"")
    database.close()


def test_the_feed_without_guilds_waits_for_some(program: CommandLine) -> None:
    feed = program.start("demo", "feed", "--url", "http://127.0.0.1:9")
    assert feed.stderr is not None
    assert b"no invented server yet" in feed.stderr.readline()
    assert feed.poll() is None
    feed.terminate()
    assert feed.communicate() == (b"", b"")


@contextmanager
def _web(program: CommandLine, listener: socket.socket) -> Iterator[None]:
    number = listener.fileno()
    bind = ("--no-control-socket", "--bind", f"fd://{number}")
    web = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", *bind, "wsgi:app"],
        cwd=ROOT,
        env=program.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=(number,),
        preexec_fn=partial(die_with_parent, os.getpid()),
    )
    try:
        yield
    finally:
        web.terminate()
        web.wait()


def _wait_until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not done():
        assert time.monotonic() < deadline, "nothing arrived"
        time.sleep(0.05)


def _guild_ids(database: Database) -> list[int]:
    with database.read() as connection:
        return demo_guilds(connection)


def _counts(database: Database) -> int:
    return len(stored.rows(database, "message_counts", _guild_ids(database)))


def _beats(database: Database) -> set[int]:
    return {row[0] for row in stored.rows(database, "heartbeats", _guild_ids(database))}
