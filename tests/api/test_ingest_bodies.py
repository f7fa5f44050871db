"""What `POST /ingest` can read: JSON and lines of JSON, plain or packed, up to 5 MiB."""

from __future__ import annotations

import gzip
import zlib
from uuid import uuid4

import orjson
import pytest
from werkzeug.test import TestResponse

from api.routes.ingest import MAXIMUM_BYTES
from tests.parts import GUILD, JsonObject, Web, messages, ndjson, violation

JSON, NDJSON = "application/json", "application/x-ndjson"
PATHS = ("/api/v1/ingest", "/api/ingest")


def post(
    web: Web, body: bytes, kind: str | None = JSON, path: str = PATHS[0], **headers: str
) -> TestResponse:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return web.bot().post(path, data=body, content_type=kind, headers=named)


def enveloped(*events: JsonObject) -> bytes:
    return orjson.dumps({"events": events})


def counted(answer: TestResponse) -> tuple[int, int, int]:
    """The status, and how many events were accepted and rejected."""
    body = answer.json or {}
    return answer.status_code, body.get("accepted", 0), len(body.get("rejected", ()))


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("packed", [False, True])
def test_json_and_lines_of_json(web: Web, path: str, packed: bool) -> None:
    headers = {"Content_Encoding": "gzip"} if packed else {}
    pack = gzip.compress if packed else bytes
    sent = [violation(), messages(count=3)]
    assert counted(post(web, pack(enveloped(*sent)), JSON, path, **headers)) == (202, 2, 0)
    sent = [violation(), messages(count=3), violation()]
    assert counted(post(web, pack(ndjson(sent)), NDJSON, path, **headers)) == (202, 3, 0)
    charset = f"{JSON}; charset=utf-8"
    assert counted(post(web, pack(enveloped(violation())), charset, path, **headers)) == (202, 1, 0)


def test_lines_may_end_in_any_way(web_on_sqlite: Web) -> None:
    lines = b"\r\n\r\n   \n".join(orjson.dumps(violation()) for _ in range(3))
    assert counted(post(web_on_sqlite, lines, NDJSON)) == (202, 3, 0)


def test_a_byte_order_mark_costs_no_event(web_on_sqlite: Web) -> None:
    mark = b"\xef\xbb\xbf"
    assert counted(post(web_on_sqlite, mark + enveloped(violation()), JSON)) == (202, 1, 0)
    lines = mark + ndjson([violation(), violation()])
    assert counted(post(web_on_sqlite, lines, NDJSON)) == (202, 2, 0)
    packed = gzip.compress(lines)
    assert counted(post(web_on_sqlite, packed, NDJSON, Content_Encoding="gzip"))[0] == 202


def test_gzip_in_members(web_on_sqlite: Web) -> None:
    """As a log has that was appended to; thousands are refused before they take long."""
    few = b"".join(gzip.compress(ndjson([violation()]) + b"\n") for _ in range(20))
    sent = post(web_on_sqlite, few + bytes(512), NDJSON, Content_Encoding="gzip")
    assert counted(sent) == (202, 20, 0)
    answer = post(web_on_sqlite, gzip.compress(b"") * 200_000, NDJSON, Content_Encoding="gzip")
    assert (answer.status_code, "1000 members" in answer.text) == (400, True)


def test_unknown_fields_without_end(web_on_sqlite: Web) -> None:
    """The answer stays small, whoever asks."""
    fields = {f"field_{number}": number for number in range(100_000)}
    answer = post(web_on_sqlite, enveloped(violation() | fields))
    assert (answer.status_code, len(answer.data) < 2_000) == (422, True)
    for number, status in ((100_000, 413), (10_000, 422), (100, 422)):
        body = {"role": "viewer"} | dict(list(fields.items())[:number])
        nobody = web_on_sqlite.app.test_client()
        answer = nobody.post("/api/v1/auth/demo", json=body)
        assert (answer.status_code, len(answer.data) < 3_000) == (status, True)


def test_no_events_are_no_error(web_on_sqlite: Web) -> None:
    assert counted(post(web_on_sqlite, b'{"events": []}')) == (202, 0, 0)
    assert counted(post(web_on_sqlite, b"", NDJSON)) == (202, 0, 0)


@pytest.mark.parametrize(
    "kind", [None, "text/plain", "application/xml", "multipart/form-data; boundary=x", "json"]
)
def test_other_types_are_a_415(web_on_sqlite: Web, kind: str | None) -> None:
    assert post(web_on_sqlite, enveloped(violation()), kind).status_code == 415


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip", "x"])
def test_other_packings_are_a_415(web_on_sqlite: Web, encoding: str) -> None:
    body = zlib.compress(enveloped(violation()))
    assert post(web_on_sqlite, body, Content_Encoding=encoding).status_code == 415


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nonsense",
        b'{"events": [}',
        b"\xff\xfe",
        b'{"events": [' + b"[" * 100_000,
        b'{"events": [' + b"[" * 2_000 + b"]" * 2_000 + b"]}",
        b'{"events": []} {"events": []}',
        "\ufeff\ufeff{}".encode(),
    ],
)
def test_what_is_no_json_is_a_400(web_on_sqlite: Web, body: bytes) -> None:
    answer = post(web_on_sqlite, body)
    assert answer.status_code == 400
    assert (answer.json or {})["title"] == "Bad request"


def test_an_unreadable_event_is_an_invalid_one(web_on_sqlite: Web) -> None:
    answer = post(web_on_sqlite, b'{"events": ["\xff"]}')
    assert answer.status_code == 422
    assert list((answer.json or {})["errors"]) == ["0"]


@pytest.mark.parametrize(
    "body", [b"[]", b"{}", b"null", b"1", b'"x"', b'{"events": {}}', b'{"events": null}']
)
def test_json_of_another_shape_is_a_422(web_on_sqlite: Web, body: bytes) -> None:
    answer = post(web_on_sqlite, body)
    assert answer.status_code == 422
    assert "events" in (answer.json or {})["errors"]


@pytest.mark.parametrize(
    ("body", "is_hinted"),
    [
        (orjson.dumps(violation()), True),
        (b'\xef\xbb\xbf {"type": "heartbeat"}', True),
        (b'{"id": "a"}', False),
        (b'{"type": "violation", "events": {}}', False),
        (orjson.dumps(violation(reason="x" * 65_536)), False),
    ],
)
def test_one_event_without_a_list_around_it_is_told_how_to_be_sent(
    web_on_sqlite: Web, body: bytes, is_hinted: bool
) -> None:
    answer = post(web_on_sqlite, body)
    assert answer.status_code == 422
    (said,) = (answer.json or {})["errors"]["events"]
    assert ('wrap it as {"events": [ ... ]}' in said) is is_hinted


def packed_badly() -> dict[str, bytes]:
    whole = gzip.compress(enveloped(violation()))
    return {
        "not packed at all": enveloped(violation()),
        "without its end": whole[:-20],
        "without its checksum": whole[:-4],
        "with a wrong checksum": whole[:-8] + bytes(8),
        "with a wrong header": b"\x1f\x8c" + whole[2:],
        "its header alone": whole[:10],
        "followed by something else": whole + b"garbage",
        "damaged within": whole[:15] + b"\x00\x01\x02" + whole[18:],
        "empty": b"",
    }


@pytest.mark.parametrize("how", packed_badly())
def test_broken_gzip_is_a_400(web_on_sqlite: Web, how: str) -> None:
    answer = post(web_on_sqlite, packed_badly()[how], Content_Encoding="gzip")
    assert answer.status_code == 400, how


def test_more_than_5_mib_is_a_413(web_on_sqlite: Web) -> None:
    filled = enveloped(violation())
    exact = filled + b" " * (MAXIMUM_BYTES - len(filled))
    assert counted(post(web_on_sqlite, exact)) == (202, 1, 0)
    assert post(web_on_sqlite, exact + b" ").status_code == 413
    assert post(web_on_sqlite, exact + b" " * 10_000_000).status_code == 413


def test_what_unpacks_to_more_than_5_mib_is_a_413(web_on_sqlite: Web) -> None:
    filled = enveloped(violation())
    exact = gzip.compress(filled + b" " * (MAXIMUM_BYTES - len(filled)))
    assert counted(post(web_on_sqlite, exact, Content_Encoding="gzip")) == (202, 1, 0)
    over = gzip.compress(filled + b" " * (MAXIMUM_BYTES - len(filled) + 1))
    assert post(web_on_sqlite, over, Content_Encoding="gzip").status_code == 413


def test_a_bomb_is_not_unpacked(web_on_sqlite: Web) -> None:
    """A gigabyte of spaces in a megabyte: refused for its first 5 MiB."""
    part = gzip.compress(b" " * 2**24)
    answer = post(web_on_sqlite, part * 64, Content_Encoding="gzip")
    assert answer.status_code == 413


def test_at_most_5000_events(web_on_sqlite: Web) -> None:
    beat = {"type": "heartbeat", "guild_id": str(GUILD), "timestamp": "2026-03-18T10:20:00Z"}
    many = [beat | {"id": str(uuid4())} for _ in range(5_001)]
    answer = post(web_on_sqlite, enveloped(*many))
    assert answer.status_code == 422
    assert "5000" in (answer.json or {})["errors"]["events"][0]
    assert counted(post(web_on_sqlite, ndjson(many[1:]), NDJSON)) == (202, 5_000, 0)
