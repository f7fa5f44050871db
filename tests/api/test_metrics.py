"""`/metrics`: what Prometheus reads, and who may."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.parts import GUILD, Web, make_web, settings_for

COUNTED = 'modwatch_http_request_duration_seconds_count{method="GET",route="%s",status="200"}'


def test_requests_are_counted_by_route(web_on_sqlite: Web) -> None:
    reader, address = web_on_sqlite.reader(), f"/api/v1/servers/{GUILD}/temporal-analytics"
    counter = COUNTED % "/api/v1/servers/<guild_id>/temporal-analytics"

    def count() -> float:
        lines = web_on_sqlite.client().get("/metrics").text.splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith(counter))

    before = count()
    reader.get(address)
    reader.get(address)  # by the quick way
    reader.get(address.replace("/v1", ""))
    assert count() == before + 3


def test_without_a_token_anybody_may_look(web_on_sqlite: Web) -> None:
    answer = web_on_sqlite.client().get("/metrics")
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("Bearer s3cret", 200),
        (None, 401),
        ("", 401),
        ("Bearer wrong", 401),
        ("Bearer s3cre", 401),
        ("Bearer s3cret ", 401),
        ("Basic s3cret", 401),
        ("Bearer \xff", 401),
    ],
)
def test_with_a_token_only_who_has_it(
    sqlite_url: str, tmp_path: Path, header: str | None, status: int
) -> None:
    web = make_web(settings_for(sqlite_url, tmp_path, METRICS_TOKEN="s3cret"))
    headers = {} if header is None else {"Authorization": header}
    answer = web.client().get("/metrics", headers=headers)
    assert answer.status_code == status
    assert ("modwatch_" in answer.text) == (status == 200)
    web.parts.close()
