"""A guild's config and rules as edited on the dashboard, asked for with an ETag."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from modwatch_client import checks
from modwatch_client.answers import retry_after
from modwatch_client.errors import ConfigUnavailable

MOST_GUILDS = 10_000
AWAY_SECONDS = 5.0  # how long a server that did not answer is left alone, where it says nothing


@dataclass(frozen=True)
class GuildConfig:
    """What a guild's bot is to work by. `version` 0: nobody has configured it yet."""

    guild_id: str
    severity_threshold: float
    buffer_timeout_secs: int
    buffer_threshold: int
    mod_role_id: str | None
    timezone: str
    version: int
    rules: str
    has_rules: bool


@dataclass
class _Known:
    config: GuildConfig | None = None
    tag: str | None = None
    asked_again_at: float = 0.0  # time.monotonic()


class GuildConfigs:
    """The last known configs; each is asked about at most once in `maximum_age_seconds`."""

    def __init__(self, http: httpx.Client, maximum_age_seconds: float) -> None:
        self._http, self._maximum_age_seconds = http, maximum_age_seconds
        self._lock = threading.Lock()
        self._known: OrderedDict[str, _Known] = OrderedDict()

    def get(self, guild_id: int | str) -> GuildConfig:
        """The config, at most so old; an older one while the server is away.

        Raises ConfigUnavailable where it was never read, ValueError for what is no id.
        """
        guild = checks.snowflake(guild_id)
        with self._lock:
            known = self._known.setdefault(guild, _Known())
            self._known.move_to_end(guild)
            if len(self._known) > MOST_GUILDS:
                self._known.popitem(last=False)
            due = time.monotonic() >= known.asked_again_at
            if due and known.config is not None:
                # The others go on with what is known while this one asks.
                known.asked_again_at = time.monotonic() + self._maximum_age_seconds
        trouble = self._ask(guild, known) if due else "the server was away just now"
        if known.config is None:
            raise ConfigUnavailable(f"the config of guild {guild} is not known: {trouble}")
        return known.config

    def forget(self, guild_id: str) -> None:
        """It was changed: ask the next time, however young what is known is."""
        with self._lock:
            if (known := self._known.get(guild_id)) is not None:
                known.asked_again_at = 0.0

    def _ask(self, guild: str, known: _Known) -> str | None:
        """Renew what is known; what went wrong otherwise."""
        headers = {} if known.tag is None else {"If-None-Match": known.tag}
        try:
            answer = self._http.get(f"/api/v1/bot/guilds/{guild}/config", headers=headers)
        except httpx.HTTPError as error:
            known.asked_again_at = time.monotonic() + AWAY_SECONDS
            return f"{type(error).__name__}: {error}"
        if answer.status_code == 304:
            known.asked_again_at = time.monotonic() + self._maximum_age_seconds
            return None
        if answer.status_code == 200 and (config := _read(guild, answer)) is not None:
            known.config, known.tag = config, answer.headers.get("ETag")
            known.asked_again_at = time.monotonic() + self._maximum_age_seconds
            return None
        wait_seconds = retry_after(answer.headers) or AWAY_SECONDS
        known.asked_again_at = time.monotonic() + wait_seconds
        return f"{answer.status_code} {answer.reason_phrase}"


def _read(guild: str, answer: httpx.Response) -> GuildConfig | None:
    """None for something else than Modwatch's answer."""
    try:
        said: Mapping[str, Any] = answer.json()
        config, rules = said["config"], said["rules"]
        return GuildConfig(
            guild_id=guild,
            severity_threshold=float(config["severity_threshold"]),
            buffer_timeout_secs=int(config["buffer_timeout_secs"]),
            buffer_threshold=int(config["buffer_threshold"]),
            mod_role_id=config["mod_role_id"],
            timezone=str(config["timezone"]),
            version=int(config["version"]),
            rules=str(rules["rules"]),
            has_rules=bool(rules["has_rules"]),
        )
    except (ValueError, KeyError, TypeError):
        return None
