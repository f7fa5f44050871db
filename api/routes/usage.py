"""What a server takes of this installation."""

from __future__ import annotations

from flask import Response
from flask_smorest import Blueprint

from api.http.answers import json_answer
from api.http.extension import parts
from api.http.guard import guarded
from api.openapi.declare import answers
from domain.clock import rfc3339
from domain.roles import Admin, Authenticated
from schemas.answers.guild_settings import UsageAnswer
from services.guilds.usage import usage

blueprint = Blueprint(
    "usage",
    __name__,
    url_prefix="/api/v1/servers/<snowflake(server):guild_id>",
    description="What a server takes of this installation, and its quotas.",
)


@blueprint.get("/usage")
@guarded
@answers(UsageAnswer)
def get_usage(who: Authenticated[Admin]) -> Response:
    """What was stored for the server today (UTC), and the most that bot tokens of people may."""
    used = usage(parts(), who.guild_id)
    return json_answer(
        {
            "events": used.events,
            "events_quota": used.events_quota,
            "stored_bytes": used.stored_bytes,
            "bytes_quota": used.bytes_quota,
            "tokens": used.tokens,
            "tokens_quota": used.tokens_quota,
            "resets_at": rfc3339(used.resets_ms),
        }
    )
