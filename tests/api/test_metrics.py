"""`/metrics`: what Prometheus reads, and who may."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.parts import GUILD, Web, ingest, make_web, messages, settings_for, violation

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


def values(web: Web, name: str) -> dict[str, float]:
    """The samples of `name`, by their labels."""
    lines = (line.rsplit(" ", 1) for line in web.client().get("/metrics").text.splitlines())
    found = ((labels.partition("{"), value) for labels, value in lines)
    return {labels: float(value) for (of, _, labels), value in found if of == name}


def test_events_are_counted_by_what_became_of_them(web_on_sqlite: Web) -> None:
    bot, one = web_on_sqlite.bot(), violation()
    before = values(web_on_sqlite, "modwatch_events_total")
    ingest(bot, one, messages(), messages(count=0))
    ingest(bot, one)
    ingest(bot, messages(count=0))
    after = values(web_on_sqlite, "modwatch_events_total")
    grown = {label: after[label] - before.get(label, 0) for label in after}
    assert grown == {
        'outcome="accepted"}': 2,
        'outcome="duplicate"}': 1,
        'outcome="rejected"}': 2,
    }


def test_reads_are_counted_by_where_the_answer_came_from(web_on_sqlite: Web) -> None:
    web, reader = web_on_sqlite, web_on_sqlite.reader()
    ingest(web.bot(), violation())
    address = f"/api/v1/servers/{GUILD}/metrics"

    def grown(*reads: str) -> dict[str, float]:
        before = values(web, "modwatch_snapshot_reads_total")
        assert [reader.get(address).headers["X-Cache"] for _ in reads] == list(reads)
        after = values(web, "modwatch_snapshot_reads_total")
        return {
            one: after[one] - before.get(one, 0) for one in after if after[one] != before.get(one)
        }

    assert grown("computed", "local", "local") == {'source="computed"}': 1, 'source="local"}': 2}
    before = values(web, "modwatch_guilds_materialised_total")[""]
    web.materialise()
    web.parts.snapshots.forget_all()
    assert values(web, "modwatch_guilds_materialised_total")[""] == before + 1
    assert grown("redis", "local") == {'source="redis"}': 1, 'source="local"}': 1}


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
