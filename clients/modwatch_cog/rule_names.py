"""Names of AutoMod rules: gateway events of offences have ids only."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict

import discord

MOST_KEPT = 10_000
AGAIN_SECONDS = 600.0  # before a rule that could not be read is asked about again
PATIENCE_SECONDS = 10.0
_log = logging.getLogger("modwatch.cog")


class RuleNames:
    """One request to Discord per rule that nobody has heard of; edits come by the gateway."""

    def __init__(self) -> None:
        self._names: OrderedDict[int, str] = OrderedDict()
        self._asked_at: OrderedDict[int, float] = OrderedDict()

    def of(self, rule_id: int) -> str | None:
        return self._names.get(rule_id)

    def learn(self, rule_id: int, name: str) -> None:
        self._names[rule_id] = name
        if len(self._names) > MOST_KEPT:
            self._names.popitem(last=False)

    async def ask(self, execution: discord.AutoModAction) -> str | None:
        """The name, unless somebody asks already, or did in vain a short while ago."""
        rule_id, now = execution.rule_id, time.monotonic()
        if now < self._asked_at.get(rule_id, -AGAIN_SECONDS) + AGAIN_SECONDS:
            return None
        self._asked_at[rule_id] = now
        if len(self._asked_at) > MOST_KEPT:
            self._asked_at.popitem(last=False)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                rule = await execution.fetch_rule()
        except (discord.DiscordException, OSError, TimeoutError) as error:
            _log.info("the name of AutoMod rule %s is not known: %s", rule_id, error)
            return None
        self.learn(rule_id, rule.name)
        return rule.name
