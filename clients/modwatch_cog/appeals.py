"""A button under the message that tells a member of a punishment, and a form for an appeal.

Buttons go on working after a restart of the bot: all that is needed is in their `custom_id`.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from uuid import UUID, uuid5

import discord

from modwatch_client import AppealEvent, ViolationEvent, clean
from modwatch_cog.words import without_effects

_NAMESPACE = UUID("5b0d1c4e-7f0a-5f5f-9d39-2a8f8c5f1b7e")
PUNISHMENTS = (discord.AuditLogAction.kick, discord.AuditLogAction.ban)
Send = Callable[[AppealEvent], Awaitable[None]]


def appeal_of(guild_id: int, violation_id: UUID, text: str) -> AppealEvent:
    """One a violation, however often the form is sent."""
    id = uuid5(_NAMESPACE, str(violation_id))
    return AppealEvent(
        guild_id=guild_id,
        appeal_id=str(id),
        violation_id=violation_id,
        status="pending",
        text=clean(text, 1000),
    )


class AppealForm(discord.ui.Modal, title="Appeal"):
    words: discord.ui.TextInput[AppealForm] = discord.ui.TextInput(
        label="Why should it be taken back?",
        style=discord.TextStyle.paragraph,
        min_length=1,
        max_length=1000,
    )

    def __init__(self, guild_id: int, violation_id: UUID, send: Send) -> None:
        super().__init__()
        self._guild_id, self._violation_id, self._send = guild_id, violation_id, send

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await self._send(appeal_of(self._guild_id, self._violation_id, self.words.value))
        await interaction.response.send_message(
            "The moderators of the server have your appeal.", ephemeral=True
        )


class AppealButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=r"modwatch:appeal:(?P<guild>[0-9]{1,20}):(?P<violation>[0-9a-f]{32})",
):
    """`send` is the cog's, set when it is loaded: a button of before is made by discord.py."""

    send: Send | None = None

    def __init__(self, guild_id: int, violation_id: UUID) -> None:
        super().__init__(
            discord.ui.Button(
                label="Appeal",
                style=discord.ButtonStyle.secondary,
                custom_id=f"modwatch:appeal:{guild_id}:{violation_id.hex}",
            )
        )
        self.guild_id, self.violation_id = guild_id, violation_id

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction,
        item: discord.ui.Item[discord.ui.View],
        match: re.Match[str],
    ) -> AppealButton:
        return cls(int(match["guild"]), UUID(hex=match["violation"]))

    async def callback(self, interaction: discord.Interaction) -> None:
        send = type(self).send
        if send is None:
            await interaction.response.send_message("Appeals are closed.", ephemeral=True)
            return
        form = AppealForm(self.guild_id, self.violation_id, send)
        await interaction.response.send_modal(form)


async def offer_appeal(
    member: discord.abc.Messageable, guild: str, violation: ViolationEvent
) -> bool:
    """Tell a member in private of what was done, with the button; False where that is refused."""
    view = discord.ui.View(timeout=None)
    view.add_item(AppealButton(int(violation.guild_id), UUID(str(violation.id))))
    words = without_effects(f"{guild}: {violation.action_taken}. {violation.reason}")
    nobody = discord.AllowedMentions.none()
    try:
        await member.send(words[:2000], view=view, allowed_mentions=nobody)
    except discord.Forbidden:
        return False
    return True
