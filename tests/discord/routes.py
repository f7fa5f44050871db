"""Every route of the stand-in: who may call it, and whom its rate limit belongs to."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from tests.discord import authorize_page, guilds, oauth, users, webhooks
from tests.discord.callers import Call
from tests.discord.errors import plain
from tests.discord.exchange import Answer
from tests.discord.world import World

# Discord's own pages give the addresses of OAuth2 and of webhooks without a version.
PREFIX = re.compile(r"/api/v10(?=/)|/api(?=/(oauth2|webhooks)/)|(?=/oauth2/authorize$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """`scope` is what a user's token must allow ("": anything); None admits no user's token.

    `limited_by` names the id in the path, a guild's or a webhook's, that has a limit of its own.
    """

    method: str
    template: str
    handle: Callable[[World, Call], Answer]
    open: bool = False
    bot: bool = False
    scope: str | None = None
    limited_by: str | None = None

    @property
    def name(self) -> str:
        return f"{self.method} {self.template}"

    def match(self, path: str) -> dict[str, str] | None:
        found = re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.template), path)
        return None if found is None else found.groupdict()


WEBHOOK = "/webhooks/{webhook_id}/{webhook_token}"
ROUTES = (
    Route(
        method="GET",
        template="/oauth2/authorize",
        handle=authorize_page.get_authorize,
        open=True,
    ),
    Route(method="POST", template="/oauth2/token", handle=oauth.post_token, open=True),
    Route(method="POST", template="/oauth2/token/revoke", handle=oauth.post_revoke, open=True),
    Route(method="GET", template="/oauth2/@me", handle=oauth.get_authorization, scope=""),
    Route(method="GET", template="/users/@me", handle=users.get_me, bot=True, scope="identify"),
    Route(
        method="GET",
        template="/users/@me/guilds",
        handle=users.list_my_guilds,
        bot=True,
        scope="guilds",
    ),
    Route(
        method="GET",
        template="/users/@me/guilds/{guild_id}/member",
        handle=users.get_my_member,
        scope="guilds.members.read",
        limited_by="guild_id",
    ),
    Route(method="GET", template="/users/{user_id}", handle=users.get_user, bot=True),
    Route(
        method="GET",
        template="/guilds/{guild_id}",
        handle=guilds.get_guild,
        bot=True,
        limited_by="guild_id",
    ),
    Route(
        method="GET",
        template="/guilds/{guild_id}/roles",
        handle=guilds.list_roles,
        bot=True,
        limited_by="guild_id",
    ),
    Route(
        method="GET",
        template="/guilds/{guild_id}/members/search",
        handle=guilds.search_members,
        bot=True,
        limited_by="guild_id",
    ),
    Route(
        method="GET",
        template="/guilds/{guild_id}/members/{user_id}",
        handle=guilds.get_member,
        bot=True,
        limited_by="guild_id",
    ),
    Route(
        method="GET",
        template=WEBHOOK,
        handle=webhooks.get_webhook,
        open=True,
        limited_by="webhook_id",
    ),
    Route(
        method="POST",
        template=WEBHOOK,
        handle=webhooks.execute_webhook,
        open=True,
        limited_by="webhook_id",
    ),
    Route(
        method="PATCH",
        template=f"{WEBHOOK}/messages/{{message_id}}",
        handle=webhooks.edit_message,
        open=True,
        limited_by="webhook_id",
    ),
)


def find(method: str, path: str) -> tuple[Route, dict[str, str]]:
    """The route of a request and what its path names. Raises DiscordError (404, 405)."""
    prefix = PREFIX.match(path)
    if prefix is None:
        raise plain(404)
    matches = [(route, route.match(path[prefix.end() :])) for route in ROUTES]
    there = [(route, params) for route, params in matches if params is not None]
    for route, params in there:
        if route.method == method:
            return route, params
    raise plain(405 if there else 404)
