"""A real server that speaks S3 (SeaweedFS), with a bucket and a key of its own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from collections.abc import Iterator
from functools import partial
from itertools import islice

import pytest

from adapters.process.tether import die_with_parent
from tests.parts import until
from tests.servers.ports import is_free
from tools.checkers import checker

BUCKET, KEY, SECRET = "modwatch", "test-key", "test-secret"
_ADMIN = ["Admin", "Read", "Write", "List"]


@pytest.fixture(scope="session")
def seaweed_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Its address."""
    program = str(checker("weed"))
    folder = tmp_path_factory.mktemp("seaweed")
    identity = {"accessKey": KEY, "secretKey": SECRET}
    known = {"identities": [{"name": "test", "credentials": [identity], "actions": _ADMIN}]}
    (folder / "s3.json").write_text(json.dumps(known))
    master, volume, filer, s3 = _ports()
    command = [program, "server", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1"]
    command += [f"-master.port={master}", f"-volume.port={volume}", "-filer"]
    command += [f"-filer.port={filer}", "-s3", f"-s3.port={s3}", f"-s3.config={folder}/s3.json"]
    # Parts of it that have a port of their own, and a word to its makers, are of no use here.
    command += ["-s3.port.iceberg=0", "-s3.port.lance=0", "-master.telemetry=false"]
    tie = partial(die_with_parent, os.getpid())
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, preexec_fn=tie)
    try:
        until(lambda: _listens(s3), 60, f"the server ({folder}/log)")
        yield f"http://127.0.0.1:{s3}"
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def seaweed(seaweed_process: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The same, said in the variables of AWS."""
    given = {
        "AWS_ENDPOINT_URL": seaweed_process,
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_REGION": "us-east-1",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    return seaweed_process


def _ports() -> list[int]:
    """Four that are free, as are those 10,000 above, which it takes too; the system gives neither.

    Other tests look at the same time, in a process of nearly the same number: not beside theirs.
    """
    first = 20_000 + 18 * (os.getpid() % 150)
    free = (port for port in range(first, 22_768) if is_free(port) and is_free(port + 10_000))
    found = list(islice(free, 4))
    assert len(found) == 4, "no free ports"
    return found


def _listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0
