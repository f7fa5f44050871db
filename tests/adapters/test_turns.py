"""Long work in steps leaves the process able to answer, as its web server runs: on gevent."""

from __future__ import annotations

import subprocess
import sys

from tests.servers.web import ROOT

STEPS = 400
EVENTS = 2_000
# Asks over a socket again and again while another greenlet works; how often it was answered.
CODE = f"""
from gevent import monkey; monkey.patch_all()
import gevent, socket
from adapters.process.turns import let_others_run
client, server = socket.socketpair()
answered, done = 0, False

def serve():
    while asked := server.recv(1):
        server.sendall(asked)

def ask():
    global answered
    while not done:
        client.sendall(b"?")
        client.recv(1)
        answered += 1

def work():
    global done
    for _ in range({STEPS}):
        sum(range(20_000))
        let_others_run()
    done = True

serving, asking = gevent.spawn(serve), gevent.spawn(ask)
gevent.joinall([gevent.spawn(work), asking], raise_error=True)
print(answered)
"""
# Stores many events in one transaction while another greenlet counts its turns.
INGEST = f"""
from gevent import monkey; monkey.patch_all()
import sys, time, gevent
from adapters.database import Database
from services.ingest.store import ingest_events
from tests.services.events import violation
events = [violation(7, 10**12 + place, 1 + place % 400, rule="r") for place in range({EVENTS})]
database = Database(sys.argv[1])
database.serve_requests()
turns = 0

def count():
    global turns
    while True:
        time.sleep(1e-6)
        turns += 1

counting = gevent.spawn(count)
storing = gevent.spawn(ingest_events, database, events, 10**12)
gevent.joinall([storing], raise_error=True)
print(turns, storing.value.accepted)
"""


def test_sockets_are_looked_at_between_steps() -> None:
    """An answer takes a few turns of the loop, not a few dozen."""
    command = [sys.executable, "-c", CODE]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    assert int(done.stdout) > STEPS // 5


def test_a_large_ingest_gives_way_within_its_transaction(sqlite_url: str) -> None:
    """In Python's loops and in SQLite's statements, some milliseconds apart."""
    command = [sys.executable, "-c", INGEST, sqlite_url]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    turns, accepted = map(int, done.stdout.split())
    assert accepted == EVENTS
    assert turns > EVENTS // 40
