"""Who may call a route: stated once, in its signature, and enforced before it runs.

    @blueprint.get("/servers/<guild_id>/rules")
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

from api.errors import Problem
from api.extension import parts
from domain.roles import Authenticated, Viewer, name_of
from schemas.event import parse_snowflake
from services.access import Caller

COOKIE = "modwatch_session"
View = TypeVar("View", bound=Callable[..., Any])
_ACCESS = "__modwatch_access__"
_log = structlog.get_logger()


class UndeclaredRouteError(RuntimeError):
    """A route that does not say who may call it."""


def guarded(view: View) -> View:
    """Ask for the role in the view's `who: Authenticated[Role]`, in the guild of the address."""
    needed = _needed_role(view)

    @wraps(view)
    def checked(*args: Any, guild_id: str, **kwargs: Any) -> Any:
        g.guild_id = guild = guild_of_address(guild_id)
        caller = require_caller()
        role = caller.role_in(guild)
        if role is None or not issubclass(role, needed):
            deny(caller, guild, name_of(needed))
        who: Authenticated[Viewer] = Authenticated(
            guild, caller.user_id, role or needed, caller.token_id
        )
        return view(*args, who=who, **kwargs)

    return cast(View, _declared(checked, name_of(needed)))


def logged_in(view: View) -> View:
    """Ask for a login or an API token, whatever its roles; the view takes `caller`."""

    @wraps(view)
    def checked(*args: Any, **kwargs: Any) -> Any:
        return view(*args, caller=require_caller(), **kwargs)

    return cast(View, _declared(checked, "logged_in"))


def for_bots(view: View) -> View:
    """Ask for a bot token; the view takes `caller`."""

    @wraps(view)
    def checked(*args: Any, **kwargs: Any) -> Any:
        caller = current_caller()
        if caller is None:
            raise Problem(401, "a bot token is needed", headers={"WWW-Authenticate": "Bearer"})
        if caller.kind != "bot":
            raise Problem(403, "only a bot token may do this")
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
        raise Problem(401, "log in, or send an API token", headers={"WWW-Authenticate": "Bearer"})
    if caller.kind == "bot":
        raise Problem(403, "a bot token may only send events")
    return caller


def guild_of_address(text: str) -> int:
    try:
        return parse_snowflake(text)
    except ValueError as error:
        raise Problem(400, f"the server id in the address {error}") from None


def bearer_secret() -> str:
    """The secret of this request's bearer token, or nothing."""
    return request.headers.get("Authorization", "").partition(" ")[2].strip()


def _find_caller(request: Request) -> Caller | None:
    authorization = request.headers.get("Authorization")
    if authorization is not None:
        kind, _, secret = authorization.partition(" ")
        return parts().access.of_token(secret.strip()) if kind.lower() == "bearer" else None
    secret = request.cookies.get(COOKIE, "")
    return parts().access.of_session(secret) if secret else None


def deny(
    caller: Caller,
    guild_id: int,
    permission: str,
    told: str = "you may not do this in this server",
) -> NoReturn:
    """Answer 403, and log who wanted what where."""
    note_denial(caller, guild_id, permission)
    raise Problem(403, told)


def note_denial(caller: Caller, guild_id: int, permission: str) -> None:
    _log.warning(
        "denied",
        user_id=None if caller.user_id is None else str(caller.user_id),
        token_id=None if caller.token_id is None else str(caller.token_id),
        guild_id=str(guild_id),
        permission=permission,
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
