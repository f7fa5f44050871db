"""The page at /oauth2/authorize, where a person lets Modwatch in.

A stand-in has no passwords: the page asks who one is. `as=USER_ID` in the address answers for a
script, `as=nobody` declines, and World.sign_in decides for every browser.
"""

from html import escape
from http import HTTPStatus
from urllib.parse import urlencode

from tests.discord.callers import Call
from tests.discord.description import component
from tests.discord.exchange import Answer, redirect, text_answer
from tests.discord.world import World

NOBODY = "nobody"


def get_authorize(world: World, call: Call) -> Answer:
    query = dict(call.request.query)
    if query.get("client_id") != str(world.application.id):
        return _page("Unknown application", status=HTTPStatus.BAD_REQUEST)
    if query.get("redirect_uri") not in world.application.redirect_uris:
        return _page("Invalid OAuth2 redirect_uri", status=HTTPStatus.BAD_REQUEST)
    wrong = _wrong(query)
    if wrong is not None:
        return _return(query, error=wrong[0], error_description=wrong[1])
    return _decide(world, query)


def _wrong(query: dict[str, str]) -> tuple[str, str] | None:
    """The error and its description, which go back to Modwatch (RFC 6749, section 4.1.2.1)."""
    if query.get("response_type") != "code":
        return "unsupported_response_type", "The authorization server does not support it."
    known = {each["const"] for each in component("OAuth2Scopes")["oneOf"]}
    if not query.get("scope", "").split() or not known.issuperset(query["scope"].split()):
        return "invalid_scope", "The requested scope is invalid, unknown, or malformed."
    if "code_challenge" in query and query.get("code_challenge_method") != "S256":
        return "invalid_request", "code_challenge_method must be S256."
    return None


def _decide(world: World, query: dict[str, str]) -> Answer:
    chosen = query.get("as", str(world.signed_in))
    if chosen == NOBODY:
        refused = "The resource owner or authorization server denied the request"
        return _return(query, error="access_denied", error_description=refused)
    people = {str(user.id): user for user in list(world.users.values()) if not user.bot}
    if chosen not in people:
        names = {user_id: user.global_name or user.username for user_id, user in people.items()}
        return _page("Modwatch wants to know who you are", _choices(query, names))
    scopes, challenge = tuple(query["scope"].split()), query.get("code_challenge")
    user_id, address = people[chosen].id, query["redirect_uri"]
    return _return(query, code=world.grants.issue_code(user_id, scopes, address, challenge))


def _return(query: dict[str, str], **answer: str) -> Answer:
    """Back to Modwatch, with the state it gave."""
    if "state" in query:
        answer["state"] = query["state"]
    address = query["redirect_uri"]
    return redirect(f"{address}{'&' if '?' in address else '?'}{urlencode(answer)}")


def _choices(query: dict[str, str], names: dict[str, str]) -> str:
    links = [("Authorise as " + name, user_id) for user_id, name in names.items()]
    items = (
        f'<li><a href="?{escape(urlencode(query | {"as": who}))}">{escape(text)}</a></li>'
        for text, who in [*links, ("Cancel", NOBODY)]
    )
    return f"<ul>{''.join(items)}</ul>"


def _page(title: str, content: str = "", status: int = HTTPStatus.OK) -> Answer:
    head = f'<!doctype html><html lang="en"><title>{title}</title>'
    return text_answer(f"{head}<h1>{title}</h1>{content}</html>", status, "text/html")
