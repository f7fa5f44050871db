"""Redis as installations have it: with users, behind TLS, with a Sentinel; each breaks."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
import redis
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from adapters.process.tether import die_with_parent
from tests.parts import until
from tests.servers.ports import free_port
from tools.standins import valkey_server

USER, PASSWORD = "modwatch", "p@ss/word:1"
QUOTED = "p%40ss%2Fword%3A1"
# As docs/configuration.md has them.
RIGHTS = ("~*", "&*", "+@all", "-@admin", "-@dangerous", "+info")
USERS = ("--user", "default", "off", "--user", USER, "on", f">{PASSWORD}")
ACL = (*USERS, *RIGHTS)


class Server:
    """One server process on a port of 127.0.0.1, with its data in `folder`."""

    def __init__(self, folder: Path, program: Path | None = None) -> None:
        self.port = free_port()
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._program = program or valkey_server()
        # In the place of `--port`, or a file of settings.
        self.options: tuple[str, ...] = ("--port", str(self.port))
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *more: str) -> None:
        common = ("--save", "", "--bind", "127.0.0.1", "--dir", str(self.folder))
        self.start_alone(*more, *common)

    def start_alone(self, *more: str) -> None:
        assert self._program is not None
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(self._program), *self.options, *more],
                stdout=log,
                stderr=log,
                preexec_fn=partial(die_with_parent, os.getpid()),
            )

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()


class Place:
    """An address, and a way to break what is there; it comes back by itself."""

    def __init__(self, url: str, server: Server, start: tuple[str, ...] = ()) -> None:
        self.url, self._server, self._start = url, server, start

    def break_down(self) -> None:
        self._server.kill()
        self._server.start(*self._start)


class WatchedPlace(Place):
    def break_down(self) -> None:
        """What was there stays away: another takes over."""
        self._server.kill()


@contextmanager
def with_user(folder: Path) -> Iterator[Place]:
    server = Server(folder)
    start = ACL
    server.start(*start)
    yield Place(f"valkey://{USER}:{QUOTED}@127.0.0.1:{server.port}/1", server, start)
    server.kill()


@contextmanager
def with_tls(folder: Path) -> Iterator[Place]:
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is missing: the wheel's Valkey has no TLS")
    certificate = make_certificate(folder)
    server = Server(folder / "data", program=Path(program))
    server.options = ("--tls-port", str(server.port), "--port", "0", *_tls_files(certificate))
    server.start()
    yield Place(f"rediss://127.0.0.1:{server.port}/0?ssl_ca_certs={certificate}", server)
    server.kill()


@contextmanager
def with_sentinel_by_tls(folder: Path) -> Iterator[Place]:
    """Servers and Sentinel that speak nothing but TLS, with each other as well."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is missing: the wheel's Valkey has no TLS")
    certificate = make_certificate(folder)
    names = ("first", "second", "sentinel")
    first, second, sentinel = (Server(folder / name, program=Path(program)) for name in names)
    for server in (first, second):
        tls = ("--tls-port", str(server.port), "--port", "0", "--tls-replication", "yes")
        server.options = (*tls, *_tls_files(certificate))
    # Here Sentinel and the replica go by the same user.
    start = (*USERS, "~*", "&*", "+@all", "--masteruser", USER, "--masterauth", PASSWORD)
    first.start(*start)
    second.start(*start, "--replicaof", "127.0.0.1", str(first.port))
    file = sentinel.folder / "sentinel.conf"
    options = ("port 0", f"tls-port {sentinel.port}", "tls-replication yes")
    pairs = zip(*[iter(_tls_files(certificate))] * 2, strict=True)
    lines = (*options, *(f"{name.removeprefix('--')} {value}" for name, value in pairs))
    _write_sentinel(file, first.port, lines)
    sentinel.options = (str(file), "--sentinel")
    sentinel.start_alone()
    checked = {"ssl": True, "ssl_ca_certs": str(certificate)}
    until(lambda: _knows_replica(sentinel.port, **checked), 120, "a Sentinel that knows both")
    login = f"{USER}:{QUOTED}@127.0.0.1:{sentinel.port}"
    options_of = f"sentinel_password=watch&ssl_ca_certs={certificate}"
    yield WatchedPlace(f"rediss+sentinel://{login}/main/0?{options_of}", first)
    for server in (first, second, sentinel):
        server.kill()


def _tls_files(certificate: Path) -> tuple[str, ...]:
    return (
        *("--tls-cert-file", str(certificate)),
        *("--tls-key-file", str(certificate)),
        *("--tls-ca-cert-file", str(certificate)),
        *("--tls-auth-clients", "no"),
    )


def _write_sentinel(file: Path, watched_port: int, lines: Sequence[str]) -> None:
    file.write_text(
        "\n".join(lines) + f"\nrequirepass watch\n"
        f"sentinel monitor main 127.0.0.1 {watched_port} 1\n"
        f"sentinel auth-user main {USER}\nsentinel auth-pass main {PASSWORD}\n"
        "sentinel down-after-milliseconds main 500\nsentinel failover-timeout main 3000\n"
    )


@contextmanager
def with_sentinel(folder: Path) -> Iterator[Place]:
    """Two servers, and a Sentinel that wants a password of its own."""
    first, second, sentinel = (Server(folder / name) for name in ("first", "second", "sentinel"))
    known = ("--masteruser", USER, "--masterauth", PASSWORD)
    # Here Sentinel and the replica go by the same user.
    start = (*USERS, "~*", "&*", "+@all", *known)
    first.start(*start)
    second.start(*start, "--replicaof", f"127.0.0.1 {first.port}")
    file = sentinel.folder / "sentinel.conf"
    _write_sentinel(file, first.port, (f"port {sentinel.port}",))
    sentinel.options = (str(file), "--sentinel")
    sentinel.start_alone()
    address = f"127.0.0.1:{sentinel.port}"
    until(lambda: _knows_replica(sentinel.port), 120, "a Sentinel that knows both")
    url = f"redis+sentinel://{USER}:{QUOTED}@127.0.0.1:1,{address}/main/0?sentinel_password=watch"
    yield WatchedPlace(url, first)
    for server in (first, second, sentinel):
        server.kill()


def _knows_replica(port: int, **tls: Any) -> bool:
    try:
        with redis.Redis("127.0.0.1", port, password="watch", **tls) as client:
            state = client.sentinel_master("main")
            return bool(state["num-slaves"] == 1 and not state["is_master_down"])
    except redis.RedisError:
        return False


def make_certificate(folder: Path) -> Path:
    """A file with a key and its certificate for 127.0.0.1, which signs itself."""
    folder.mkdir(parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    private = key.private_bytes(pem, pkcs8, serialization.NoEncryption())
    file = folder / "tls.pem"
    file.write_bytes(private + made.public_bytes(pem))
    return file
