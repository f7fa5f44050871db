"""The OpenAPI document, put together from the routes: what flask-smorest gathers, and the rest.

What goes for many routes is not said at each: who may call (the guard knows), what the ids in an
address look like, the errors that follow from these, the headers of every answer, examples.
"""

from __future__ import annotations

import json
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask
from flask_smorest import Api, Blueprint
from werkzeug.routing import Rule

from api.http.addresses import plain_rule
from api.http.guard import access_of
from api.http.idempotency import HEADER, is_idempotent
from api.openapi.components import (
    IN_ADDRESSES,
    ON_EVERY_ANSWER,
    RATE_LIMITS,
    add_components,
    field_properties,
    schema_name,
)
from api.openapi.events import add_events, tell_types
from api.openapi.examples import add_examples
from api.openapi.live import add_live_events, tell_live_events
from api.openapi.problems import add_problems, problem_name
from domain.roles import ROLES

Json = dict[str, Any]
DESCRIPTION = """\
Everything the dashboard shows, for programs. `/api/...` without a version answers like
`/api/v1/...`, with a `Deprecation` header; there, unknown fields in bodies are ignored instead of
refused.

Ids of Discord are strings of digits. Times are RFC 3339 in UTC with milliseconds. Send a token as
`Authorization: Bearer mw_...`. Errors are `application/problem+json`; `errors` names the fields.
Lists take `limit` and `cursor` and answer `next_cursor`. A server without data answers 200 with
zeros and empty lists. Fields may be added to answers, never renamed or removed."""


class DocumentedApi(Api):  # type: ignore[misc]
    """flask-smorest with our names, and with no error that a route does not have.

    Describing the routes takes longer than all else at a start, and is asked for rarely: it waits.
    """

    DEFAULT_ERROR_RESPONSE_NAME = None

    def __init__(self, app: Flask) -> None:
        self._blueprints: list[Blueprint] = []
        super().__init__(app)

    def _init_spec(self, **_options: Any) -> None:
        """Not yet: see `described`."""

    def register_blueprint(self, blueprint: Blueprint) -> None:
        self._app.extensions["flask-smorest"]["blp_name_to_api"][blueprint.name] = self
        self._app.register_blueprint(blueprint)
        self._blueprints.append(blueprint)

    def described(self, base_path: str) -> APISpec:
        """Every route that was registered, by flask-smorest's knowledge. To be asked for once."""
        plugin = MarshmallowPlugin(schema_name_resolver=schema_name)
        info, servers = {"description": DESCRIPTION}, [{"url": base_path or "/"}]
        super()._init_spec(marshmallow_plugin=plugin, info=info, servers=servers)
        spec: APISpec = self.spec
        assert plugin.converter is not None  # since the plugin has its spec
        for properties in field_properties():
            plugin.converter.add_attribute_function(properties)  # type: ignore[no-untyped-call]
        for add in (add_components, add_problems, add_events, add_live_events):
            add(spec)
        for one in self._blueprints:
            one.register_views_in_doc(self, self._app, spec, name=one.name, parameters=None)
            shown = one.name.replace("_", " ").capitalize()
            spec.tag({"name": one.name, "description": one.description, "x-displayName": shown})
        return spec


def whole_document(app: Flask, api: DocumentedApi, base_path: str) -> Json:
    """The document of every route that `app` has by now, served below `base_path`.

    To be asked for once.
    """
    spec = api.described(base_path)
    for rule in app.url_map.iter_rules():
        if rule.rule == "/metrics":  # its exporter knows nothing of flask-smorest
            spec.path(rule=rule, operations=_metrics())
    document: Json = json.loads(json.dumps(spec.to_dict()))
    for path in document["paths"].values():
        if "parameters" in path:
            path["parameters"] = [_parameter(one) for one in path["parameters"]]
    for rule in app.url_map.iter_rules():
        access = str(access_of(app, rule.endpoint))
        path = document["paths"].get(path_of(rule), {})
        for method in path.keys() & {name.lower() for name in rule.methods or ()}:
            _complete(path[method], method, rule, access)
            if is_idempotent(app.view_functions[rule.endpoint]):
                _tell_of_keys(path[method])
    for response in document["components"]["responses"].values():
        _add_headers(response, {**ON_EVERY_ANSWER, **RATE_LIMITS})
    tell_types(document["components"]["schemas"])
    tell_live_events(document)
    add_examples(document)
    _drop_unused(document)
    return document


def _drop_unused(document: Json) -> None:
    """flask-smorest brings shapes of its own for errors and pages."""
    for kind in ("responses", "schemas"):
        parts, text = document["components"][kind], json.dumps(document)
        for name in [name for name in parts if f'"#/components/{kind}/{name}"' not in text]:
            del parts[name]


def path_of(rule: Rule) -> str:
    """`/servers/{guild_id}` for Flask's `/servers/<guild_id>`."""
    return plain_rule(rule.rule).replace("<", "{").replace(">", "}")


def _metrics() -> Json:
    content = {"text/plain": {"schema": {"type": "string"}}}
    metrics = {
        "summary": "Numbers of every process of this host, for Prometheus.",
        "tags": ["health"],
        "responses": {200: {"description": "OK", "content": content}, 401: problem_name(401)},
        "security": [{}, {"metricsToken": []}],
    }
    return {"get": metrics}


def _complete(operation: Json, method: str, rule: Rule, access: str) -> None:
    operation["operationId"] = rule.endpoint.rpartition(".")[2]
    operation.setdefault("security", _security(access))
    operation["x-access"] = access
    if access in ROLES:
        more = f"Needs the role {access} in the server."
        operation["description"] = f"{operation.get('description', '')}\n\n{more}".strip()
    for status in _statuses(operation, method, rule, access):
        reference = {"$ref": f"#/components/responses/{problem_name(status)}"}
        operation.setdefault("responses", {})[str(status)] = reference
    of_api = rule.rule.startswith("/api/")
    for response in operation["responses"].values():
        _add_headers(response, {**ON_EVERY_ANSWER, **(RATE_LIMITS if of_api else {})})


def _tell_of_keys(operation: Json) -> None:
    header = {"$ref": f"#/components/parameters/{HEADER}"}
    operation["parameters"] = [*operation.get("parameters", ()), header]
    for status in (409, 422):
        reference = {"$ref": f"#/components/responses/{problem_name(status)}"}
        operation["responses"].setdefault(str(status), reference)


def _parameter(parameter: Json) -> Json:
    name = parameter["name"]
    return {"$ref": f"#/components/parameters/{name}"} if name in IN_ADDRESSES else parameter


def _security(access: str) -> list[Json]:
    if access == "public":
        return []
    return [{"botToken": []}] if access == "bot" else [{"cookie": []}, {"apiToken": []}]


def _statuses(operation: Json, method: str, rule: Rule, access: str) -> set[int]:
    """The errors that follow from who may call, from the address and from the method."""
    statuses = set()
    if rule.rule.startswith("/api/"):
        statuses.add(429)
    if access != "public":
        statuses |= {401, 403, 503}
    if method != "get":
        statuses.add(403)  # a write with a cookie from another site
    if rule.arguments - {"appeal_id"}:
        statuses.add(400)
    if access != "public" and rule.rule.startswith("/api/"):
        statuses.add(422)  # a parameter that is not known
    return statuses


def _add_headers(response: Json, names: Json) -> None:
    if "$ref" not in response:
        headers = response.setdefault("headers", {})
        for name in names:
            headers[name] = {"$ref": f"#/components/headers/{name}"}
