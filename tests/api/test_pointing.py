"""What a newcomer gets wrong is said so that the next try is right."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from adapters.settings import ROOT
from api.cli.demo import _USUAL
from domain.clock import rfc3339
from domain.windows import DAY_MS
from services.demo.guild import demo_guild, demo_guild_id
from tests.parts import GUILD, NOW_MS, Web, violation

METRICS = f"/api/v1/servers/{GUILD}/metrics"
UNKNOWN = "x" * 43


def ingest_as(web: Web, authorization: str | None) -> TestResponse:
    headers = {} if authorization is None else {"Authorization": authorization}
    return web.client().post("/api/v1/ingest", json={"events": [violation()]}, headers=headers)


@pytest.mark.parametrize(
    ("authorization", "words"),
    [
        (None, "send a bot token as `Authorization: Bearer mwb_...`"),
        ("mwb_" + UNKNOWN, "must be `Bearer` and a token"),
        ("Basic " + UNKNOWN, "must be `Bearer` and a token"),
        ("Bearer mwb_" + UNKNOWN[1:], "no token of Modwatch"),
        ("Bearer " + UNKNOWN, "no token of Modwatch"),
        ("Bearer mwb_" + UNKNOWN, "not known here: it was revoked, has ended, or of another"),
    ],
)
def test_a_wrong_token_says_what_is_wrong_with_it(
    web_on_sqlite: Web, authorization: str | None, words: str
) -> None:
    answer = ingest_as(web_on_sqlite, authorization)
    said: Any = answer.json
    assert answer.status_code == 401
    assert words in said["detail"]
    assert UNKNOWN not in answer.text


def test_a_list_of_events_says_what_to_put_it_in(web_on_sqlite: Web) -> None:
    answer = web_on_sqlite.bot().post("/api/v1/ingest", json=[violation()])
    said: Any = answer.json
    assert answer.status_code == 422
    assert said["errors"]["events"][0].startswith('the body is a list: send {"events": [...]}')


@pytest.mark.parametrize(
    ("path", "parameter", "words"),
    [
        ("metrics", "periode", "did you mean period?"),
        ("violations", "severty", "did you mean severity?"),
        ("violations", "offset", "it takes action, cursor, "),
        ("rules", "format", "it takes none"),
    ],
)
def test_a_misspelt_parameter_is_named(
    web_on_sqlite: Web, path: str, parameter: str, words: str
) -> None:
    reader = web_on_sqlite.reader()
    answer = reader.get(f"/api/v1/servers/{GUILD}/{path}?{parameter}=day")
    said: Any = answer.json
    assert (answer.status_code, list(said["errors"])) == (422, [parameter])
    assert words in said["errors"][parameter][0]
    earlier = f"/api/servers/{GUILD}/{path}?{parameter}=day"
    assert reader.get(earlier).status_code in (200, 404)


def test_whoever_may_not_read_hears_that_first(web_on_sqlite: Web) -> None:
    assert web_on_sqlite.client().get(f"{METRICS}?periode=day").status_code == 401
    assert web_on_sqlite.reader(999).get(f"{METRICS}?periode=day").status_code == 403


def test_the_examples_of_the_document_can_be_sent_on_any_day(web_on_sqlite: Web) -> None:
    web, bot = web_on_sqlite, web_on_sqlite.bot()
    for day in (0, 400):
        web.clock.now_ms = NOW_MS + day * DAY_MS
        document: Any = web.client().get("/api/v1/openapi.json").json
        content = document["paths"]["/api/v1/ingest"]["post"]["requestBody"]["content"]
        example = content["application/json"]["example"]
        assert example["events"][0]["timestamp"][:10] == rfc3339(web.clock() - DAY_MS)[:10]
        assert bot.post("/api/v1/ingest", json=example).status_code == 202
        lines = content["application/x-ndjson"]["example"]
        sent = bot.post("/api/v1/ingest", data=lines, content_type="application/x-ndjson")
        assert sent.status_code == 202


def test_the_first_event_of_the_readme_goes_to_a_server_that_the_page_shows() -> None:
    readme = (ROOT / "README.md").read_text()
    ids = [demo_guild_id(_USUAL.seed, place) for place in range(_USUAL.guilds)]
    (shown,) = [id for id in ids if f"GUILD={id} " in readme]
    assert demo_guild(shown).name in readme.partition("GUILD=")[2][:80]
