"""Who is calling: Modwatch's bot, a user through Modwatch, or nobody that Discord knows."""

from dataclasses import dataclass

from tests.discord.errors import invalid_form, not_a_snowflake, not_for_bots, plain
from tests.discord.exchange import Request
from tests.discord.form import is_snowflake
from tests.discord.grants import Grant
from tests.discord.world import World


@dataclass(frozen=True, slots=True)
class Caller:
    user_id: int
    grant: Grant | None = None

    @property
    def account(self) -> str:
        return f"{'bot' if self.grant is None else 'user'}:{self.user_id}"


@dataclass(frozen=True, slots=True)
class Call:
    """A request on its way through a route, with the ids in its path."""

    request: Request
    params: dict[str, str]
    caller: Caller | None

    def id(self, name: str) -> int:
        """One id of the path. Raises DiscordError (50035)."""
        return snowflake(name, self.params[name])

    def known_caller(self) -> Caller:
        """The caller of a route that admits nobody unknown."""
        if self.caller is None:
            raise plain(401)
        return self.caller


def identify(world: World, request: Request) -> Caller | None:
    """The caller that the Authorization header proves, if any."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind == "Bot" and token == world.application.bot_token:
        return Caller(world.application.bot_id)
    grant = world.grants.find(token) if kind == "Bearer" else None
    return None if grant is None else Caller(grant.user_id, grant)


def admit(caller: Caller | None, bot: bool, scope: str | None) -> None:
    """Refuse who may not use a route for bots, or for users with `scope` ("" is any scope)."""
    if caller is None:
        raise plain(401)
    if caller.grant is None:
        if not bot:
            raise not_for_bots()
    elif scope is None or (scope and scope not in caller.grant.scopes):
        raise plain(401)


def snowflake(name: str, text: str) -> int:
    if not is_snowflake(text):
        raise invalid_form({name: not_a_snowflake(text)})
    return int(text)
