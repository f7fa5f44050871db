"""The cog: what Discord tells the bot, as events for Modwatch.

Nothing here blocks the bot's event loop, and no failure of the client reaches the bot: it is logged
and counted in `failures`.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any, TypeAlias

import discord
from discord.ext import commands

from modwatch_client import (
    AppealEvent,
    AsyncClient,
    Change,
    GuildEvent,
    ModwatchError,
    Outcome,
    ViolationEvent,
    clean,
)
from modwatch_cog import audit_log, automod
from modwatch_cog.appeals import PUNISHMENTS, AppealButton, offer_appeal
from modwatch_cog.decisions import carry_out
from modwatch_cog.heartbeats import Bot, heartbeats
from modwatch_cog.known_users import KnownUsers
from modwatch_cog.offences import Offence, Offences
from modwatch_cog.rate_limit_watch import RateLimitWatch
from modwatch_cog.readings import Readings
from modwatch_cog.reports import Reports
from modwatch_cog.response_times import LastMessages, between_ms
from modwatch_cog.rule_names import RuleNames
from modwatch_cog.settings import CogSettings
from modwatch_cog.slash_commands import ModwatchCommands
from modwatch_cog.timeouts import Timeouts

_log = logging.getLogger("modwatch.cog")
Listener: TypeAlias = Callable[..., Coroutine[Any, Any, None]]


def _harmless(listener: Listener) -> Listener:
    """A failure is ours alone: logged, counted, and gone."""

    @wraps(listener)
    async def guarded(self: ModwatchCog, *arguments: Any) -> None:
        try:
            await listener(self, *arguments)
        except ModwatchError as error:
            self.note_failure(listener.__name__, str(error))
        except Exception:
            self.note_failure(listener.__name__, "unexpected", with_trace=True)

    return guarded


class ModwatchCog(commands.Cog):
    """`client` stays its maker's to close, unless `own_client`: then unloading the cog does.

    `readings`: for slash commands, with an API token; closed when the cog is unloaded.
    `reports`: for your own code to tell of warnings, and of what it did about a message.
    """

    def __init__(
        self,
        bot: Bot,
        client: AsyncClient,
        settings: CogSettings | None = None,
        *,
        rate_limits: RateLimitWatch | None = None,
        readings: Readings | None = None,
        own_client: bool = False,
    ) -> None:
        self.bot, self.client = bot, client
        self.settings = settings or CogSettings()
        self.failures: Counter[str] = Counter()
        self._rate_limits, self._own_client = rate_limits, own_client
        self._offences = Offences(self.settings.settle_seconds)
        self._rules = RuleNames()
        self._by_automod, self._by_audit_log = Timeouts(), Timeouts()
        self._users, self._last_messages = KnownUsers(), LastMessages()
        self._readings = readings or Readings("", None)
        self.reports = Reports(client, self.settings, self._last_messages)
        self._commands = ModwatchCommands(self._readings, self.reports)
        self._beating: asyncio.Task[None] | None = None
        self._deciding: asyncio.Task[None] | None = None

    async def cog_load(self) -> None:
        if self.settings.slash_commands:  # first: a tree that is full, or has one, ends it here
            self.bot.tree.add_command(self._commands)
        self._beating = asyncio.create_task(self._beat_for_ever())
        if self.settings.offer_appeals:
            AppealButton.send = self._send_appeal
            self.bot.add_dynamic_items(AppealButton)
        if self.settings.decision_seconds > 0:
            self._deciding = asyncio.create_task(self._decide_for_ever())

    async def cog_unload(self) -> None:
        for task in (self._beating, self._deciding):
            if task is not None:
                task.cancel()
        if self.settings.slash_commands:
            self.bot.tree.remove_command(self._commands.name)
        await self._readings.close()
        if self._own_client:
            await self.client.close()

    @commands.Cog.listener()
    @_harmless
    async def on_message(self, message: discord.Message) -> None:
        if message.guild is None or message.author.bot or message.webhook_id is not None:
            return
        if not message.is_system():
            timed = self.settings.response_times
            seen_ms = between_ms(message.created_at) if timed else None
            self.client.count_message(message.guild.id, seen_ms)
            self._last_messages.note(message.guild.id, message)

    @commands.Cog.listener()
    @_harmless
    async def on_automod_action(self, execution: discord.AutoModAction) -> None:
        """In the spool at once; once more, in its own place, when the rule's name is known."""
        offence = automod.offence_of(execution, self._offences)
        name = self._rules.of(execution.rule_id)
        await self._send_offence(execution, offence, name)
        if execution.action.duration is not None:
            await self._note_timeout(execution, offence, execution.action.duration)
        if execution.member is not None:
            await self._introduce(execution.guild_id, execution.member)
        if name is None and (name := await self._rules.ask(execution)) is not None:
            await self._send_offence(execution, offence, name)

    @commands.Cog.listener()
    @_harmless
    async def on_audit_log_entry_create(self, entry: discord.AuditLogEntry) -> None:
        own_id = self.bot.user.id if self.bot.user is not None else None
        violation = audit_log.violation_of(entry, self.settings, own_id)
        if violation is None:
            return
        guild_id, user_id = entry.guild.id, int(violation.user_id)
        if self.settings.response_times:
            took_ms = self._last_messages.answered_ms(guild_id, user_id, entry.created_at)
            violation = replace(violation, response_time_ms=took_ms)
        if self.settings.offer_appeals:
            await self._offer_appeal(entry, violation)
        until = audit_log.timeout_until(entry)
        if until is None or not audit_log.may_be_automods(entry):
            await self.client.send(violation)
        elif self._by_automod.slot_of(guild_id, user_id, until) is None:
            # Held back: should AutoMod tell of it as well, that tells more.
            slot = f"timeout:{entry.id}"
            self._by_audit_log.note(guild_id, user_id, until, slot)
            await self._hold(violation, slot)
        for person in (entry.target, entry.user):
            if isinstance(person, discord.User | discord.Member):
                await self._introduce(guild_id, person)

    @commands.Cog.listener()
    @_harmless
    async def on_guild_available(self, guild: discord.Guild) -> None:
        await self._describe(guild)

    @commands.Cog.listener()
    @_harmless
    async def on_guild_join(self, guild: discord.Guild) -> None:
        await self._describe(guild)

    @commands.Cog.listener()
    @_harmless
    async def on_guild_update(self, before: discord.Guild, after: discord.Guild) -> None:
        await self._describe(after)

    @commands.Cog.listener()
    @_harmless
    async def on_automod_rule_create(self, rule: discord.AutoModRule) -> None:
        self._rules.learn(rule.id, rule.name)

    @commands.Cog.listener()
    @_harmless
    async def on_automod_rule_update(self, rule: discord.AutoModRule) -> None:
        self._rules.learn(rule.id, rule.name)

    @_harmless
    async def beat(self) -> None:
        """One heartbeat for each guild whose shard is connected."""
        headroom = None if self._rate_limits is None else self._rate_limits.headroom()
        if beats := heartbeats(self.bot, headroom):
            await self.client.send(*beats)

    @_harmless
    async def decide(self) -> None:
        """Ask once for what people decided, carry it out, and say how it went."""
        await self.client.carry_out(self._carry_out)

    def note_failure(self, where: str, what: str, *, with_trace: bool = False) -> None:
        """Said at the 1st, 10th, 100th... time: a full disk would fill the log as well."""
        self.failures[where] += 1
        times = self.failures[where]
        if math.log10(times).is_integer():
            _log.error("%s failed (%d times): %s", where, times, what, exc_info=with_trace)

    async def _beat_for_ever(self) -> None:
        while True:
            if self.bot.is_ready():
                await self.beat()
            await asyncio.sleep(self.settings.heartbeat_seconds)

    async def _decide_for_ever(self) -> None:
        while not self.bot.is_ready():  # `wait_until_ready` raises before the bot logs in
            await asyncio.sleep(1.0)
        await self.client.follow(
            self._carry_out,
            poll_seconds=self.settings.decision_seconds,
            guild_ids=lambda: [guild.id for guild in self.bot.guilds],
        )

    async def _carry_out(self, change: Change) -> Outcome:
        return await carry_out(self.bot, change, lifts=self.settings.lift_on_appeal)

    async def _send_offence(
        self, execution: discord.AutoModAction, offence: Offence, rule: str | None
    ) -> None:
        violation = automod.violation_of(execution, offence, rule, self.settings)
        await self._hold(violation, offence.place)

    async def _note_timeout(
        self, execution: discord.AutoModAction, offence: Offence, length: timedelta
    ) -> None:
        """Take back what the audit log told of the same, while that is held back."""
        member = execution.guild_id, execution.user_id
        until = datetime.now(UTC) + length
        self._by_automod.note(*member, until, offence.place)
        if (slot := self._by_audit_log.slot_of(*member, until)) is not None:
            await self.client.withdraw(slot)

    async def _hold(self, violation: ViolationEvent, slot: str) -> None:
        """In the spool now, on its way a little later: it may still be replaced."""
        await self.client.send(violation, slot=slot, hold_seconds=self.settings.settle_seconds)

    async def _offer_appeal(self, entry: discord.AuditLogEntry, violation: ViolationEvent) -> None:
        if entry.action not in PUNISHMENTS and audit_log.timeout_until(entry) is None:
            return
        user_id = int(violation.user_id)
        person = self.bot.get_user(user_id) or await self.bot.fetch_user(user_id)
        if not person.bot:
            await offer_appeal(person, entry.guild.name, violation)

    async def _send_appeal(self, appeal: AppealEvent) -> None:
        await self.client.send(appeal)

    async def _describe(self, guild: discord.Guild) -> None:
        await self.client.send(
            GuildEvent(
                guild_id=guild.id,
                name=clean(guild.name, 100),
                icon=None if guild.icon is None else clean(guild.icon.key, 100),
                owner_id=guild.owner_id,
                member_count=guild.member_count,
            )
        )

    async def _introduce(self, guild_id: int, user: discord.User | discord.Member) -> None:
        """Say what a user is called, unless that was said before."""
        introduction = self._users.introduction(guild_id, user)
        if self.settings.send_users and introduction is not None:
            await self.client.send(introduction)
            self._users.remember(guild_id, user)
