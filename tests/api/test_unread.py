"""The overview says to each reader how much is unread, and its ETag is theirs as well."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient

from tests.parts import GUILD, NOW_MS, Web, ingest, violation

OVERVIEW = f"/api/v1/servers/{GUILD}/overview"
ALL_READ = f"/api/v1/servers/{GUILD}/notifications/read-all"


def _unread(client: FlaskClient) -> int:
    answer: Any = client.get(OVERVIEW).json
    return int(answer["unread_count"])


def test_each_reader_has_their_own_count_and_etag(web_on_sqlite: Web) -> None:
    web = web_on_sqlite
    ingest(web.bot(), *(violation(timestamp_ms=NOW_MS - 1000 * place) for place in range(10)))
    web.materialise()
    one, other = web.reader(), web.reader()
    assert (_unread(one), _unread(other)) == (1, 1)
    before = one.get(OVERVIEW).headers["ETag"]
    assert one.get(OVERVIEW, headers={"If-None-Match": before}).status_code == 304
    assert one.post(ALL_READ).status_code == 200
    assert (_unread(one), _unread(other)) == (0, 1)
    changed = one.get(OVERVIEW, headers={"If-None-Match": before})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != before
    assert other.get(OVERVIEW, headers={"If-None-Match": before}).status_code == 304


def test_it_is_the_same_under_either_prefix_and_however_it_is_answered(web_on_sqlite: Web) -> None:
    web = web_on_sqlite
    ingest(web.bot(), violation())
    web.materialise()
    client = web.reader()
    first = client.get(OVERVIEW)
    again = client.get(OVERVIEW)
    assert again.headers["X-Cache"] == "local"
    assert (first.data, first.headers["ETag"]) == (again.data, again.headers["ETag"])
