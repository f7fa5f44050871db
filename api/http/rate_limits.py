"""How often one caller may ask (domain/rate_limits.py): by who was recognised, else by address.

What a caller claims counts for nothing: made-up secrets would each be a caller of their own. An
address that sends too many of them is refused before any more are looked up, except for secrets
that were somebody's a while ago: others may share the address.
"""

from __future__ import annotations

from flask import Flask, Response, current_app, g, request

from adapters.redis.rate_counts import RateCounts
from adapters.settings import Settings
from api.http.errors import Problem
from api.http.extension import parts
from api.http.guard import access_of, claimed_secret, current_caller
from domain.proxies import counted_address
from domain.rate_limits import LOGINS, STRANGERS, Limit, Standing, limit_of
from services.accounts.memberships import MembershipUnknownError


def install_rate_limits(app: Flask, settings: Settings) -> None:
    """MODWATCH_RATE_LIMITS=0 counts nothing."""
    if not settings.rate_limits:
        return

    @app.before_request
    def count() -> None:
        if (limit := limit_of(request.path, request.method)) is not None:
            g.standing = standing = _counted(parts().rate_counts, limit)
            if standing.is_over:
                raise too_many(standing)

    @app.after_request
    def tell(response: Response) -> Response:
        if (standing := g.get("standing")) is not None:
            response.headers.extend(standing_headers(standing))
        return response


def standing_headers(standing: Standing) -> list[tuple[str, str]]:
    return [
        ("RateLimit-Limit", str(standing.limit.most)),
        ("RateLimit-Remaining", str(max(standing.left, 0))),
        ("RateLimit-Reset", str(standing.reset_seconds)),
    ]


def too_many(standing: Standing) -> Problem:
    detail = f"too many requests, at most {standing.limit.most} per 1 minute"
    return Problem(429, detail, headers={"Retry-After": str(standing.reset_seconds)})


def _counted(counts: RateCounts, limit: Limit) -> Standing:
    now_ms = parts().clock()
    address = counted_address(request.remote_addr or "")
    if limit is LOGINS:
        return counts.take(address, limit, now_ms, exact=True)
    if _claims_to_be_somebody():
        if (caller := _recognised(counts, address, now_ms)) is not None:
            return counts.take(caller, limit, now_ms)
        stranger = counts.take(address, STRANGERS, now_ms)
        if stranger.is_over:
            return stranger
    return counts.take(address, limit, now_ms)


def _claims_to_be_somebody() -> bool:
    """Whether the route asks who it is, and the request says something of that."""
    endpoint = request.endpoint
    is_asked = endpoint is not None and access_of(current_app, endpoint) != "public"
    return is_asked and claimed_secret(request) is not None


def _recognised(counts: RateCounts, address: str, now_ms: int) -> str | None:
    """Who sent the request, if anybody; not looked up for an address that made up too many."""
    claimed = claimed_secret(request)
    assert claimed is not None
    if not parts().access.was_known(*claimed) and counts.is_over(address, STRANGERS, now_ms):
        return None
    try:
        caller = current_caller()
    except MembershipUnknownError:
        return None  # the route asks again, and answers 503
    return None if caller is None else caller.name
