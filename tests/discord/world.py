"""Changes the users, guilds and webhooks of the stand-in; the API only reads them."""

import itertools
import secrets

from tests.discord.clock import Clock
from tests.discord.grants import Grant, Grants
from tests.discord.state import (
    DISCORD_EPOCH_MS,
    EVERYONE_MAY,
    Application,
    Guild,
    Member,
    Role,
    User,
    Webhook,
)


class World:
    """Everything the stand-in knows; ids are made up where none is given."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.application = Application()
        self.grants = Grants(clock)
        self.users: dict[int, User] = {}
        self.guilds: dict[int, Guild] = {}
        self.webhooks: dict[int, Webhook] = {}
        self.signed_in: int | None = None
        self._numbers = itertools.count(1)
        self.add_user(self.application.bot_id, username="modwatch", bot=True)

    def snowflake(self) -> int:
        """A new id, made now: https://discord.com/developers/docs/reference#snowflakes"""
        return (self.clock.now_ms() - DISCORD_EPOCH_MS << 22) + next(self._numbers)

    def add_user(
        self,
        id: int | None = None,
        *,
        username: str = "ada",
        global_name: str | None = None,
        avatar: str | None = None,
        discriminator: str = "0",
        bot: bool = False,
    ) -> User:
        user = User(
            id=self.snowflake() if id is None else id,
            username=username,
            global_name=global_name,
            avatar=avatar,
            discriminator=discriminator,
            bot=bot,
        )
        self.users[user.id] = user
        return user

    def remove_user(self, user_id: int) -> None:
        """The account is deleted: nobody finds it, and nothing acts for it any more."""
        del self.users[user_id]
        self.grants.revoke_user(user_id)
        for guild in self.guilds.values():
            guild.members.pop(user_id, None)

    def sign_in(self, user_id: int | None) -> None:
        """Who sits at every browser and agrees to everything; None lets the page ask."""
        self.signed_in = user_id

    def allow_redirect(self, uri: str) -> None:
        """Register an address to which logins may return."""
        self.application.redirect_uris.append(uri)

    def agree(self, user_id: int, scope: str = "identify guilds guilds.members.read") -> Grant:
        """The tokens of a login that took place earlier."""
        return self.grants.issue(user_id, tuple(scope.split()))

    def revoke_consent(self, user_id: int) -> None:
        """The user removes Modwatch from their authorised apps: all its tokens end."""
        self.grants.revoke_user(user_id)

    def add_guild(
        self,
        id: int | None = None,
        *,
        name: str = "The Lighthouse",
        owner_id: int,
        icon: str | None = None,
        bot: bool = True,
    ) -> Guild:
        """A guild of its owner and, unless `bot` is false, Modwatch's bot."""
        guild_id = self.snowflake() if id is None else id
        guild = Guild(id=guild_id, name=name, owner_id=owner_id, icon=icon)
        guild.roles[guild_id] = Role(id=guild_id, name="@everyone", permissions=EVERYONE_MAY)
        self.guilds[guild_id] = guild
        for user_id in (owner_id, *([self.application.bot_id] if bot else [])):
            self.add_member(guild_id, user_id)
        return guild

    def remove_guild(self, guild_id: int) -> None:
        del self.guilds[guild_id]

    def add_role(
        self,
        guild_id: int,
        name: str,
        permissions: int = 0,
        id: int | None = None,
        *,
        color: int = 0,
        managed: bool = False,
    ) -> Role:
        role = Role(
            id=self.snowflake() if id is None else id,
            name=name,
            permissions=permissions,
            color=color,
            managed=managed,
        )
        self.guilds[guild_id].roles[role.id] = role
        return role

    def add_member(
        self,
        guild_id: int,
        user_id: int,
        role_ids: list[int] | None = None,
        nick: str | None = None,
    ) -> Member:
        """Join, or join again with other roles."""
        member = Member(
            user_id=user_id,
            role_ids=list(role_ids or ()),
            nick=nick,
            joined_at_ms=self.clock.now_ms(),
        )
        self.guilds[guild_id].members[user_id] = member
        return member

    def remove_member(self, guild_id: int, user_id: int) -> None:
        del self.guilds[guild_id].members[user_id]

    def add_webhook(self, guild_id: int, name: str = "Captain Hook") -> Webhook:
        webhook = Webhook(
            id=self.snowflake(),
            token=secrets.token_urlsafe(51),
            guild_id=guild_id,
            channel_id=self.snowflake(),
            name=name,
        )
        self.webhooks[webhook.id] = webhook
        return webhook

    def remove_webhook(self, webhook_id: int) -> None:
        del self.webhooks[webhook_id]
