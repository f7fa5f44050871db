"""Parameters that a route does not take are named: a misspelt filter would filter nothing."""

from __future__ import annotations

from difflib import get_close_matches
from functools import lru_cache

from flask import current_app, request
from marshmallow import Schema

from api.http.errors import Problem

NAMED = 10


def refuse_unknown_parameters() -> None:
    """Raise Problem 422 that names them, under `/api/v1`; older clients may send what they like."""
    if not request.args or request.environ.get("modwatch.unversioned"):
        return
    known = parameters_of(request.endpoint or "")
    unknown = [name for name in request.args if name not in known]
    if unknown:
        errors = {name: [_what_is_wrong(name, known)] for name in unknown[:NAMED]}
        raise Problem(422, "the address has parameters that are not known here", errors)


@lru_cache
def parameters_of(endpoint: str) -> frozenset[str]:
    """The names that the OpenAPI document has for the route."""
    told = getattr(current_app.view_functions[endpoint], "_apidoc", {})
    declared = [
        parameter["schema"]
        for part in ("arguments", "manual_doc")
        for parameter in told.get(part, {}).get("parameters", ())
        if isinstance(parameter, dict) and parameter["in"] == "query"
    ]
    schemas = [one() if isinstance(one, type) else one for one in declared]
    return frozenset(
        field.data_key or name
        for schema in schemas
        if isinstance(schema, Schema)
        for name, field in schema.fields.items()
    )


def _what_is_wrong(name: str, known: frozenset[str]) -> str:
    if close := get_close_matches(name, known, 1):
        return f"is not known: did you mean {close[0]}?"
    taken = f"it takes {', '.join(sorted(known))}" if known else "it takes none"
    return f"is not known to this address: {taken}"
