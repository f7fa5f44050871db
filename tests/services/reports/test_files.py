"""The files of a report: made once, waited for, sent with it, and said where they are missing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from csv import DictReader
from hashlib import sha256
from io import StringIO
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from models.exports.history import ExportRow, newest_exports
from models.reports.occurrences import contents_of
from services.deliveries.engine import deliver
from services.exports.asking import EXPORT, take_back
from services.members.erasure import erase
from services.reports.content import Content, decoded
from services.work.kinds import long_worker
from tests.parts import GUILD
from tests.servers.mail import Post, mail_server
from tests.servers.seaweed import BUCKET, seaweed, seaweed_process
from tests.services.alerts.town import Town, open_town
from tests.services.events import violation
from tests.services.reports.press import HOUR_MS, Press

__all__ = ["seaweed", "seaweed_process"]  # fixtures
ADA = "ada@example.org"


@pytest.fixture
def post() -> Iterator[Post]:
    with mail_server() as server:
        yield server


@pytest.fixture(params=[{}])
def town(
    sqlite_url: str, tmp_path: Path, post: Post, request: pytest.FixtureRequest
) -> Iterator[Town]:
    with ExitStack() as stack:
        given = {"SMTP_URL": f"smtp://127.0.0.1:{post.port}", **request.param}
        made = open_town(stack, sqlite_url, tmp_path, **given)
        made.add_channel("email", settings={"addresses": [ADA]})
        at_ms = made.clock()
        made.ingest(*(violation(GUILD, at_ms + n, user_id=40 + n) for n in range(3)))
        yield made


def due(town: Town) -> tuple[Press, Any]:
    press = Press(town)
    schedule = press.add(town.channels["email"])
    press.at("2026-03-19T08:00:00Z")
    press.look()
    return press, schedule


def exports(town: Town) -> list[ExportRow]:
    with town.parts.database.read() as connection:
        return newest_exports(connection, GUILD, 10)


def content_of(press: Press, schedule: Any) -> Content:
    (run,) = press.runs(schedule)
    with press.town.parts.database.read() as connection:
        return decoded(contents_of(connection, [GUILD], [run.id])[run.id])


def attached(post: Post) -> dict[str, bytes]:
    (letter,) = post.letters
    found = {}
    for part in letter.message.iter_attachments():
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        found[str(part.get_filename())] = content
    return found


def test_the_file_goes_along_and_is_what_the_report_says(town: Town, post: Post) -> None:
    press, schedule = due(town)
    press.turns()
    assert press.states(schedule) == ["sent"]
    (file,) = content_of(press, schedule).files
    (row,) = exports(town)
    assert (row.id, row.state, row.schedule_id) == (file.export_id, "done", schedule)
    data = attached(post)[file.name]
    assert (len(data), sha256(data).hexdigest()) == (file.size_bytes, file.sha256)
    rows = list(DictReader(StringIO(data.decode("utf-8-sig"))))
    assert len(rows) == file.rows == 3
    assert f"{file.name}: 3 rows, " in content_of(press, schedule).mail_text
    assert town.notified() == []


@pytest.mark.parametrize("town", [{"MAIL_MAX_BYTES": "100"}], indirect=True)
def test_what_is_too_large_is_a_link_with_the_reason(town: Town, post: Post) -> None:
    press, schedule = due(town)
    press.turns()
    content = content_of(press, schedule)
    assert attached(post) == {}
    why = "It does not go along: together 100 bytes may."
    assert f"{why} Get the file: {content.files[0].link}" in content.mail_text


@contextmanager
def nobody_making(town: Town) -> Iterator[None]:
    """All places for exports are taken by others meanwhile."""
    slots = long_worker(town.parts, Event()).slots[EXPORT]
    taken = [slots.take() for _ in range(town.parts.settings.export_processes)]
    assert slots.take() is None
    yield
    for slot in taken:
        assert slot is not None
        slot.leave()


def test_what_cannot_be_made_is_said(town: Town, post: Post) -> None:
    press, schedule = due(town)
    with nobody_making(town):
        press.make()
        assert press.states(schedule) == ["due"]
        take_back(town.parts, town.who, exports(town)[0].id)
    press.turns()
    assert press.states(schedule) == ["sent"]
    said = content_of(press, schedule).mail_text
    assert "The file of violations is missing. Somebody cancelled it." in said
    assert attached(post) == {}


def test_what_is_not_made_in_time_is_done_without(town: Town, post: Post) -> None:
    press, schedule = due(town)
    with nobody_making(town):
        press.make()
        assert [row.state for row in exports(town)] == ["queued"]
        town.clock.advance(HOUR_MS)
        press.make()
        assert press.states(schedule) == ["built"]
    press.turns()
    said = content_of(press, schedule).mail_text
    assert "The file of violations is missing. It was not made in time." in said
    assert attached(post) == {}


def test_while_the_storage_is_away_the_mail_waits_for_its_file(
    sqlite_url: str, tmp_path: Path, post: Post, seaweed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = f"s3://{BUCKET}/{tmp_path.name}/exports"
    smtp = f"smtp://127.0.0.1:{post.port}"
    with ExitStack() as stack:
        town = open_town(stack, sqlite_url, tmp_path, SMTP_URL=smtp, EXPORT_STORAGE=place)
        town.add_channel("email", settings={"addresses": [ADA]})
        town.ingest(violation(GUILD, town.clock()))
        press, schedule = due(town)
        press.make()
        assert press.states(schedule) == ["built"]
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
        vars(town.parts.exports).pop("store")
        deliver(town.parts)
        assert town.states("email") == ["report retrying storage_away"]
        monkeypatch.setenv("AWS_ENDPOINT_URL", seaweed)
        vars(town.parts.exports).pop("store")
        press.turns()
        assert press.states(schedule) == ["sent"]
        assert list(attached(post)) == [content_of(press, schedule).files[0].name]


def test_a_file_of_before_an_erasure_is_made_again(town: Town, post: Post) -> None:
    press, schedule = due(town)
    with nobody_making(town):
        press.make()
    press.make()
    first = exports(town)[0]
    assert (first.state, press.states(schedule)) == ("done", ["due"])
    erase(town.parts, town.who, 41)
    press.turns()
    assert press.states(schedule) == ["sent"]
    (second,) = exports(town)
    assert (second.id != first.id, second.state) == (True, "done")
    (data,) = attached(post).values()
    ids = {row["user_id"] for row in DictReader(StringIO(data.decode("utf-8-sig")))}
    assert len(ids) == 3
    assert ids >= {"40", "42"}
    assert "41" not in ids
