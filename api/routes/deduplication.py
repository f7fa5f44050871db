"""How many requests shared one execution."""

from __future__ import annotations

from flask import Response
from flask_smorest import Blueprint

from api.http.answers import json_answer
from api.http.extension import parts
from api.http.guard import logged_in
from api.openapi.declare import answers
from schemas.answers.operations import DeduplicationAnswer
from services.accounts.callers import Caller

blueprint = Blueprint(
    "deduplication",
    __name__,
    url_prefix="/api/v1/deduplication",
    description="How many requests shared one execution.",
)


@blueprint.get("/stats")
@logged_in
@answers(DeduplicationAnswer)
def stats(caller: Caller) -> Response:
    """Of this process: computations asked for, and those answered by one under way."""
    flights = (parts().snapshots.flights, parts().values.flights)
    total = sum(flight.counts.total for flight in flights)
    deduplicated = sum(flight.counts.deduplicated for flight in flights)
    return json_answer(
        {
            "total_requests": total,
            "deduplicated_requests": deduplicated,
            "hit_rate": round(deduplicated / total, 4) if total else 0.0,
            "in_flight_count": sum(flight.in_flight for flight in flights),
        }
    )
