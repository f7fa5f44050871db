"""Who and what there is at the stand-in: its application, users, guilds and webhooks."""

from dataclasses import dataclass, field

DISCORD_EPOCH_MS = 1_420_070_400_000
ADMINISTRATOR = 1 << 3
EVERY_PERMISSION = (1 << 53) - 1
EVERYONE_MAY = 1 << 10 | 1 << 11  # VIEW_CHANNEL, SEND_MESSAGES


@dataclass(kw_only=True)
class User:
    id: int
    username: str
    global_name: str | None = None
    avatar: str | None = None
    discriminator: str = "0"
    bot: bool = False


@dataclass(kw_only=True)
class Role:
    id: int
    name: str
    permissions: int = 0
    color: int = 0
    managed: bool = False


@dataclass(kw_only=True)
class Member:
    user_id: int
    role_ids: list[int] = field(default_factory=list)
    nick: str | None = None
    joined_at_ms: int = DISCORD_EPOCH_MS


@dataclass(kw_only=True)
class Guild:
    """The role that has the guild's own id is @everyone's."""

    id: int
    name: str
    owner_id: int
    icon: str | None = None
    roles: dict[int, Role] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)

    def permissions_of(self, user_id: int) -> int:
        """The permission bits in the guild as a whole, as Discord adds them up."""
        if user_id == self.owner_id:
            return EVERY_PERMISSION
        bits = 0
        for role_id in [self.id, *self.members[user_id].role_ids]:
            bits |= self.roles[role_id].permissions
        return EVERY_PERMISSION if bits & ADMINISTRATOR else bits


@dataclass(kw_only=True)
class Webhook:
    """`messages` holds each message as it was sent, oldest first; `shown` what is seen now."""

    id: int
    token: str
    guild_id: int
    channel_id: int
    name: str = "Captain Hook"
    messages: list[dict[str, object]] = field(default_factory=list)
    shown: dict[int, dict[str, object]] = field(default_factory=dict)


@dataclass(kw_only=True)
class Application:
    """What Discord's developer portal would show for Modwatch."""

    id: int = 1_100_000_000_000_000_001
    name: str = "Modwatch"
    client_secret: str = "the-client-secret-of-a-stand-in"
    bot_id: int = 1_100_000_000_000_000_002
    bot_token: str = "MTEwMDAw.stand.in-bot-token"
    redirect_uris: list[str] = field(default_factory=list)
