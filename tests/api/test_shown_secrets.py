"""What shows a secret is kept by nobody on the way, nor by the browser."""

from __future__ import annotations

import pytest

from tests.parts import GUILD, Web

TOKENS = f"/api/v1/servers/{GUILD}/tokens"


@pytest.mark.parametrize(
    ("path", "secret", "body"),
    [
        (TOKENS, "token", {"name": "one", "role": "viewer"}),
        (TOKENS, "token", {"name": "two", "kind": "bot"}),
        ("/api/v1/ws-ticket", "ticket", {}),
    ],
)
def test_an_answer_with_a_secret_is_not_stored(
    web_on_sqlite: Web, path: str, secret: str, body: dict[str, str]
) -> None:
    answer = web_on_sqlite.reader(role="admin").post(path, json=body)
    assert (answer.json or {})[secret]
    assert answer.headers["Cache-Control"] == "no-store"
