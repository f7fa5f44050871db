"""Who may call a route: stated once, in its signature, and enforced before it runs.

    @blueprint.get("/servers/<snowflake(server):guild_id>/rules")
    @guarded
    def get_rules(who: Authenticated[Viewer]) -> Response: ...

mypy checks that the body asks for no more than the annotation gives; `guarded` reads the same
annotation at import and refuses callers without that role. A route that is neither `guarded`,
`logged_in` nor `public` stops the start (see `refuse_undeclared`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, NoReturn, TypeVar, cast, get_args, get_origin, get_type_hints

import structlog
from flask import Flask, Request, g, request
from flask_login import LoginManager, current_user

from api.http.cookies import sent_session
from api.http.errors import Problem
from api.http.extension import parts
from api.http.parameters import refuse_unknown_parameters
from domain.roles import Authenticated, Viewer, name_of
from services.accounts.callers import SESSION, TOKEN, Caller
from services.accounts.tokens import is_token

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
View = TypeVar("View", bound=Callable[..., Any])
NO_ROLE = "you have no role in this server"
_ACCESS = "__modwatch_access__"
_NO_ADMIN = (
    "who made this bot token is no admin of the server any more, or has not been seen at Discord"
    " for 30 days: they log in once, or an owner assigns them the role"
)
_log = structlog.get_logger()


class UndeclaredRouteError(RuntimeError):
    """A route that does not say who may call it."""


def guarded(view: View) -> View:
    """Ask for the role in the view's `who: Authenticated[Role]`, in the guild of the address."""
    needed = _needed_role(view)

    @wraps(view)
    def checked(*args: Any, guild_id: int, **kwargs: Any) -> Any:
        g.guild_id = guild_id
        caller = require_caller()
        role = caller.role_in(guild_id)
        if role is None:
            deny(caller, guild_id, name_of(needed), NO_ROLE)
        if not issubclass(role, needed):
            deny(caller, guild_id, name_of(needed))
        refuse_unknown_parameters()
        who: Authenticated[Viewer] = Authenticated(
            guild_id=guild_id,
            user_id=caller.user_id,
            role=role,
            token_id=caller.token_id,
            maker_id=caller.maker_id,
        )
        return view(*args, who=who, **kwargs)

    return cast(View, _declared(checked, name_of(needed)))


def logged_in(view: View) -> View:
    """Ask for a login or an API token, whatever its roles; the view takes `caller`."""

    @wraps(view)
    def checked(*args: Any, **kwargs: Any) -> Any:
        caller = require_caller()
        refuse_unknown_parameters()
        return view(*args, caller=caller, **kwargs)

    return cast(View, _declared(checked, "logged_in"))


def for_bots(view: View) -> View:
    """Ask for a bot token; the view takes `caller`."""

    @wraps(view)
    def checked(*args: Any, **kwargs: Any) -> Any:
        caller = current_caller()
        if caller is None:
            raise _nobody("send a bot token as `Authorization: Bearer mwb_...`")
        if caller.kind != "bot":
            raise Problem(403, "only a bot token may do this")
        if not caller.covers_all and not caller.bot_guild_ids:
            raise Problem(403, _NO_ADMIN)
        refuse_unknown_parameters()
        return view(*args, caller=caller, **kwargs)

    return cast(View, _declared(checked, "bot"))


def public(view: View) -> View:
    return cast(View, _declared(view, "public"))


def refuse_undeclared(app: Flask) -> None:
    """Raise UndeclaredRouteError for a route that states neither a role nor that it is public."""
    for rule in app.url_map.iter_rules():
        if access_of(app, rule.endpoint) is None:
            raise UndeclaredRouteError(f"{rule.rule} does not say who may call it")


def access_of(app: Flask, endpoint: str) -> str | None:
    """What the route asks for: a role's name, `logged_in`, `bot` or `public`."""
    access: str | None = getattr(app.view_functions[endpoint], _ACCESS, None)
    return access


def current_caller() -> Caller | None:
    """Who sent this request, by bearer token or by cookie; None without a valid one."""
    user = current_user._get_current_object()
    return user if isinstance(user, Caller) else None


def install_login(app: Flask) -> None:
    """Flask-Login asks once per request; nothing of a login is kept in Flask's own session."""
    manager = LoginManager(app)
    manager.session_protection = None
    manager.request_loader(_find_caller)


def require_caller() -> Caller:
    caller = current_caller()
    if caller is None:
        raise _nobody("log in, or send an API token as `Authorization: Bearer mw_...`")
    if caller.kind == "bot":
        raise Problem(403, "a bot token may only send events, and use what is below /api/v1/bot")
    return caller


def _nobody(without: str) -> Problem:
    """401 that says what is wrong with what was sent; `without`: what to say where nothing was."""
    claimed = claimed_secret(request)
    if claimed is None or claimed[0] == SESSION:
        detail = without if claimed is None else "this login has ended: log in again"
    elif not claimed[1]:
        detail = "the Authorization header must be `Bearer` and a token"
    elif not is_token(claimed[1]):
        detail = "this is no token of Modwatch: is a part of it missing? It was shown once, whole"
    else:
        detail = "this token is not known here: it was revoked, has ended, or of another Modwatch"
    return Problem(401, detail, headers={"WWW-Authenticate": "Bearer"})


def claimed_secret(request: Request) -> tuple[str, str] | None:
    """What a request says of who sent it, and what that was sent as; an empty secret is nobody's.

    With an Authorization header, of whatever kind, a cookie does not count.
    """
    authorization = request.headers.get("Authorization")
    if authorization is not None:
        kind, _, secret = authorization.partition(" ")
        return TOKEN, secret.strip() if kind.lower() == "bearer" else ""
    secret = sent_session()
    return (SESSION, secret) if secret else None


def _find_caller(request: Request) -> Caller | None:
    if (claimed := claimed_secret(request)) is None:
        return None
    sent_as, secret = claimed
    access = parts().access
    if sent_as == TOKEN:
        return access.of_token(secret)
    return access.of_session(secret, for_write=request.method not in SAFE_METHODS)


def deny(caller: Caller, guild_id: int, permission: str, told: str | None = None) -> NoReturn:
    """Answer 403, and log who wanted what where. Without `told` the permission is a role's name."""
    note_denial(caller, guild_id, permission)
    raise Problem(403, told or f"this needs the role {permission} in this server")


def note_denial(caller: Caller, guild_id: int, permission: str, count: int = 1) -> None:
    """`count`: how often, of late, where that is not written down each time."""
    _log.warning(
        "denied",
        user_id=None if caller.user_id is None else str(caller.user_id),
        token_id=None if caller.token_id is None else str(caller.token_id),
        guild_id=str(guild_id),
        permission=permission,
        count=count,
    )


def _needed_role(view: Callable[..., Any]) -> type[Viewer]:
    hint = get_type_hints(view).get("who")
    if get_origin(hint) is not Authenticated:
        raise UndeclaredRouteError(f"{view.__name__} needs a parameter `who: Authenticated[Role]`")
    role: type[Viewer] = get_args(hint)[0]
    return role


def _declared(view: Callable[..., Any], access: str) -> Any:
    setattr(view, _ACCESS, access)
    return view
