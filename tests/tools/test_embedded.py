"""The Valkey that `make run` brings along survives whatever stands in its own file."""

from __future__ import annotations

from pathlib import Path

import pytest
import redis

from adapters.process import embedded_valkey as place
from tests.faults.stack import kill
from tests.parts import until
from tools.embedded import embedded_valkey, put_aside_what_valkey_cannot_read, valkey_answers


@pytest.mark.parametrize("name", ["base.rdb", "incr.aof"])
def test_an_unreadable_file_is_kept_aside_and_it_starts_anew(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    valkey = embedded_valkey(tmp_path)
    valkey.start()
    try:
        until(lambda: valkey_answers(tmp_path), 60, "a first answer")
        with redis.Redis.from_url(place.redis_url(tmp_path)) as client:
            client.set("a", "b" * 100)
        kill(valkey)
        (file,) = (tmp_path / "valkey" / "appendonlydir").glob(f"*.{name}")
        file.write_bytes(b"REDIS0011" + bytes(range(256)) + file.read_bytes() + b"*3\r\n")
        valkey.start()
        until(lambda: valkey.exit_code() is not None, 60, "its end over the file")
        assert put_aside_what_valkey_cannot_read(tmp_path, valkey.pid)
        valkey.start()
        until(lambda: valkey_answers(tmp_path), 60, "an answer with a new file")
    finally:
        kill(valkey)
    kept = tmp_path / "valkey" / "unreadable-1"
    assert (kept / file.name).exists()
    assert str(kept) in capsys.readouterr().out


def test_any_other_end_leaves_the_file_where_it_is(tmp_path: Path) -> None:
    valkey = embedded_valkey(tmp_path)
    valkey.start()
    until(lambda: valkey_answers(tmp_path), 60, "a first answer")
    kill(valkey)
    assert not put_aside_what_valkey_cannot_read(tmp_path, valkey.pid)
    assert (tmp_path / "valkey" / "appendonlydir").exists()
