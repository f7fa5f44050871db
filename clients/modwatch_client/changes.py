"""Decisions that people make on the dashboard and the bot is to carry out."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import httpx

from modwatch_client.checks import clean
from modwatch_client.errors import ChangesUnavailable, ModwatchError

MOST_AT_ONCE = 100
MOST_KEPT = 1_000
LONGEST_DETAIL = 300
_PATH = "/api/v1/bot/changes"


@dataclass(frozen=True)
class Change:
    """One decision. `data` differs by `kind`, see the document of the API.

    kind: `appeals.decide`, `warnings.clear`, `warnings.bulk_clear`, `rules.update`,
    `rules.delete`, `config.update`, and what a later server adds
    """

    id: str
    guild_id: str
    kind: str
    subject: str
    data: Mapping[str, Any]
    user_id: str | None
    decided_at: str


@dataclass(frozen=True)
class Outcome:
    """What became of it, with words that people read."""

    state: Literal["done", "failed"]
    detail: str = ""


class Carried:
    """Outcomes that the server was not told yet: what was done once is not done again for that."""

    def __init__(self) -> None:
        self._outcomes: OrderedDict[str, Outcome] = OrderedDict()

    def get(self, change: Change) -> Outcome | None:
        return self._outcomes.get(change.id)

    def keep(self, change: Change, outcome: Outcome) -> None:
        self._outcomes[change.id] = outcome
        if len(self._outcomes) > MOST_KEPT:
            self._outcomes.popitem(last=False)

    def forget(self, change: Change) -> None:
        self._outcomes.pop(change.id, None)


def ask(http: httpx.Client) -> list[Change]:
    """What waits for this bot's word, oldest first. Raises ChangesUnavailable."""
    said = _spoken(lambda: http.get(_PATH, params={"limit": MOST_AT_ONCE}))
    try:
        return [_change(one) for one in said["changes"]]
    except (KeyError, TypeError):
        raise ChangesUnavailable("the server answered something else") from None


def answer(http: httpx.Client, change: Change, outcome: Outcome) -> None:
    """Say what became of it; it does not come again. Raises ChangesUnavailable."""
    body: dict[str, str] = {"outcome": outcome.state}
    if detail := clean(outcome.detail, LONGEST_DETAIL).strip():
        body["detail"] = detail
    path = f"/api/v1/bot/guilds/{change.guild_id}/changes/{change.id}/outcome"
    _spoken(lambda: http.post(path, json=body), fine=(409, 404))


def _spoken(request: Any, fine: tuple[int, ...] = ()) -> Any:
    """409 and 404: it ended otherwise already, or is gone; there is nothing left to say."""
    try:
        found: httpx.Response = request()
        if found.status_code == 200:
            return found.json()
    except (httpx.HTTPError, ValueError) as error:
        raise ChangesUnavailable(f"{type(error).__name__}: {error}") from None
    if found.status_code in fine:
        return {}
    raise ChangesUnavailable(f"{found.status_code} {found.reason_phrase}")


def _change(said: Mapping[str, Any]) -> Change:
    return Change(
        id=str(said["id"]),
        guild_id=str(said["guild_id"]),
        kind=str(said["kind"]),
        subject=str(said["subject"]),
        data=said["data"],
        user_id=said["user_id"],
        decided_at=str(said["decided_at"]),
    )


def failure(error: Exception) -> Outcome:
    """What is said of a handler that raised: our own words, or else only what kind it was."""
    words = str(error) if isinstance(error, ModwatchError) else type(error).__name__
    return Outcome("failed", words)


def guild_ids(http: httpx.Client) -> list[str]:
    """Those that the token names; none for one that covers all. Raises ChangesUnavailable."""
    said = _spoken(lambda: http.get("/api/v1/bot/guilds"))
    return [str(id) for id in said.get("guild_ids", ())]
