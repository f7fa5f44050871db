"""The daily dump of Compose: one that can be read, or none."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url

from adapters.process.tether import die_with_parent
from services.backups.dumps import MARK, last_dump_ms
from tests.deployment.texts import COMPOSE
from tests.parts import until
from tools.standins import postgres_bin


@contextmanager
def dumping(
    url: str, folder: Path, programs: str = f"{postgres_bin()}"
) -> Iterator[subprocess.Popen[str]]:
    (folder / "database_url").write_text(url)
    places = dict.fromkeys(("BACKUPS", "SECRETS", "DATA"), str(folder))
    process = subprocess.Popen(
        ["sh", COMPOSE / "backup.sh"],
        env={"PATH": f"{programs}{os.pathsep}/usr/bin:/bin", "KEEP_DAYS": "30", **places},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        preexec_fn=die_with_parent,
    )
    try:
        yield process
    finally:
        os.killpg(process.pid, 9)  # its sleep as well
        process.wait()


def test_a_dump_can_be_read_and_old_ones_go(postgres_url: str, tmp_path: Path) -> None:
    old = tmp_path / "modwatch-20260101T000000Z.dump"
    old.write_bytes(b"")
    os.utime(old, (0, 0))
    with dumping(postgres_url.replace("+psycopg", ""), tmp_path):
        until(lambda: not old.exists(), 60, "the end of the old one")
    (made,) = tmp_path.glob("modwatch-*.dump*")
    listing = [f"{postgres_bin()}/pg_restore", "--list", str(made)]
    told = subprocess.run(listing, capture_output=True, text=True, check=True).stdout
    assert "TABLE DATA public violations" in told
    assert last_dump_ms(tmp_path) is not None


def test_one_that_fails_makes_the_last_no_younger(tmp_path: Path) -> None:
    mark = tmp_path / MARK
    mark.touch()
    os.utime(mark, (1_000, 1_000))
    with dumping(f"postgresql://modwatch@/none?host={tmp_path}", tmp_path) as process:
        until_it_failed(process)
    assert last_dump_ms(tmp_path) == 1_000_000


def test_what_cannot_be_dumped_leaves_nothing(tmp_path: Path) -> None:
    assert last_dump_ms(tmp_path) is None
    with dumping(f"postgresql://modwatch@/none?host={tmp_path}", tmp_path) as process:
        until_it_failed(process)
    assert list(tmp_path.glob("modwatch-*")) == []
    assert last_dump_ms(tmp_path) is not None, "from now on one is missed"


def until_it_failed(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("no backup was made"):
            return


def test_the_password_is_in_no_command_and_a_new_one_is_read(
    postgres_url: str, tmp_path: Path
) -> None:
    heard, programs = tmp_path / "heard", tmp_path / "bin"
    programs.mkdir()
    (programs / "pg_dump").write_text(
        f'#!/bin/sh\necho "$PGPASSWORD $*" >> {heard}\nexec {postgres_bin()}/pg_dump "$@"\n'
    )
    (programs / "pg_dump").chmod(0o755)
    # Ten minutes are not waited for.
    (programs / "sleep").write_text("#!/bin/sh\nexec /bin/sleep 0.2\n")
    (programs / "sleep").chmod(0o755)
    address = make_url(postgres_url).set(drivername="postgresql")
    away = f"postgresql://modwatch:first@/none?host={tmp_path}"
    (tmp_path / "modwatch-20260101T000000Z.dump.part").touch()
    with dumping(away, tmp_path, f"{programs}{os.pathsep}{postgres_bin()}"):
        until(lambda: heard.exists() and "first" in heard.read_text(), 60, "the first try")
        new = address.set(password="se/co%nd").render_as_string(hide_password=False)
        (tmp_path / "database_url.new").write_text(new)
        (tmp_path / "database_url.new").rename(tmp_path / "database_url")
        until(lambda: any(tmp_path.glob("modwatch-*.dump")), 60, "a dump")
    words = heard.read_text().splitlines()
    assert {line.partition(" ")[0] for line in words} == {"first", "se/co%nd"}
    assert not any("first" in it or "nd@" in it for it in (one.partition(" ")[2] for one in words))
    assert not (tmp_path / "modwatch-20260101T000000Z.dump.part").exists()
