"""Whatever the document allows, and what it does not: no 5xx, no answer that it does not describe.

MODWATCH_SCHEMATHESIS_REQUESTS=30000 asks for more than the usual number of requests.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS
from schemathesis.engine import events, from_schema

from domain.clock import rfc3339
from tests.api.attacked import SETTINGS, Target
from tests.parts import make_web, settings_for
from tests.servers.valkey import Valkey

REQUESTS = int(os.environ.get("MODWATCH_SCHEMATHESIS_REQUESTS", "700"))
# Not asked: that all that is allowed is accepted. An id may be nobody's, and a time too long ago.
# That nobody gets in without a login is asked by tests/api/test_permissions.py.
ASKED = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "missing_required_header",
    "unsupported_method",
)
# What they ask for must be right in ways that the document does not know: a kind's own settings, a
# time that is soon, a channel that is there. tests/api/test_permissions.py has them let in.
NEVER_RIGHT = {
    f"{method} /api/v1/servers/{{guild_id}}/{path}"
    for method, path in (
        ("POST", "alerts/{alert_id}/snooze"),
        ("POST", "alerts/{alert_id}/tell"),
        ("POST", "channels"),
        ("PATCH", "channels/{channel_id}"),
        ("POST", "channels/test"),
        ("POST", "channels/{channel_id}/test"),
        ("POST", "schedules"),
    )
}

# By other methods the last word of these is an id, and none that can be: 400 instead of 405.
BESIDE_AN_ID = {
    f"{method} /api/v1/servers/{{guild_id}}/{path}"
    for method, path in (
        ("POST", "channels/test"),
        ("POST", "export/estimate"),
        ("GET", "export/history"),
        ("GET", "export/storage"),
        ("POST", "schedules/preview"),
        ("POST", "warnings/bulk-clear"),
    )
}


@pytest.fixture(params=["owner", "nobody"])
def target(
    request: pytest.FixtureRequest, sqlite_url: str, valkey: Valkey, tmp_path: Path
) -> Iterator[Target]:
    web = make_web(settings_for(sqlite_url, tmp_path, valkey.url, **SETTINGS))
    yield Target(web, request.param)
    web.parts.close()


def test_anything_at_random(target: Target) -> None:
    turn, statuses = 0, defaultdict[str, set[int]](set)
    while target.app.requests < REQUESTS // 2:
        turn += 1
        for operation in target.operations():
            seen = statuses[operation.label]
            attack(target, operation, GenerationMode.POSITIVE, turn, seen)
            if takes_anything(operation):
                attack(target, operation, GenerationMode.NEGATIVE, turn, seen)
    print(f"{target.app.requests} requests as {target.who}")
    if target.who == "owner":
        refused = {label for label, seen in statuses.items() if min(seen) >= 400}
        assert refused <= NEVER_RIGHT, "never let in, so nothing was seen of their answers"


def attack(target: Target, operation: Any, mode: GenerationMode, turn: int, seen: set[int]) -> None:
    known = target.known(operation)

    @seed(turn)
    @settings(
        max_examples=5 if mode is GenerationMode.POSITIVE and target.who == "owner" else 2,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases(operation, mode, known))
    def ask(case: Any) -> None:
        if mode is GenerationMode.POSITIVE:
            make_timely(target, case)
        credentials = target.credentials(operation)
        answer = case.call(**credentials)
        seen.add(answer.status_code)
        checks = CHECKS.get_by_names(asked_of(operation))
        case.validate_response(answer, checks=checks, transport_kwargs=credentials)

    ask()


def asked_of(operation: Any) -> list[str]:
    """Of events the valid ones are taken, though others beside them are not."""
    is_ingest = operation.path == "/api/v1/ingest"
    return [name for name in ASKED if not (is_ingest and name == "negative_data_rejection")]


def cases(operation: Any, mode: GenerationMode, given: Mapping[str, str]) -> st.SearchStrategy[Any]:
    """With ids that are anything, and with those that are there."""
    names = {one.name for one in operation.path_parameters}
    known = {name: value for name, value in given.items() if name in names}
    anything: st.SearchStrategy[Any] = operation.as_strategy(mode)
    return anything | operation.as_strategy(mode, path_parameters=known) if known else anything


def takes_anything(operation: Any) -> bool:
    """Whether there is anything to get wrong; any text will do for a header."""
    places = (operation.body, operation.path_parameters, operation.query)
    return any(list(place) for place in places)


def make_timely(target: Target, case: Any) -> None:
    """Times that are neither long ago nor ahead: else no event that is generated would be taken."""
    if isinstance(case.body, dict) and isinstance(case.body.get("events"), list):
        for one in case.body["events"]:
            if isinstance(one, dict) and "timestamp" in one:
                one["timestamp"] = rfc3339(target.web.clock())


def test_every_boundary(target: Target) -> None:
    """Schemathesis's own walk: each bound of each field from both sides, methods that are none."""
    target.lend_credentials()
    config = target.schema.config
    config.checks.update(included_check_names=list(ASKED))
    config.phases.fuzzing.enabled = config.phases.stateful.enabled = False
    found = []
    for one in from_schema(target.schema).execute():
        assert not isinstance(one, events.NonFatalError | events.FatalError), one
        if isinstance(one, events.ScenarioFinished):
            checks = [check for checks in one.recorder.checks.values() for check in checks]
            label = one.recorder.label
            beside = {"unsupported_method"} if label in BESIDE_AN_ID else set()
            found += [
                (label, check)
                for check in checks
                if check.failure_info and check.name not in beside
            ]
    assert not found
    assert target.app.requests > 1_000
