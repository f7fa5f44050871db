"""Holds answers against Discord's own description."""

import copy
import json
import re
from functools import cache
from typing import Any

import httpx
import jsonschema_rs

from tests.discord.description import description

# Described elsewhere: in RFC 6749 and RFC 7009, the last in the prose documentation of webhooks.
UNDESCRIBED = (
    "/oauth2/authorize",
    "/oauth2/token",
    "/oauth2/token/revoke",
    "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}",
)
RATE_LIMIT_PREFIX = "x-ratelimit-"
OUTSIDE_DESCRIPTION = ("x-ratelimit-global", "x-ratelimit-scope")  # in the prose documentation


def validate(response: httpx.Response) -> None:
    """Raise AssertionError or jsonschema_rs.ValidationError for what Discord would not send."""
    path = response.request.url.path
    path = re.sub(r"^/api(/v10)?", "", path)
    if path in UNDESCRIBED or "/messages/" in path or is_of_proxy(response):
        return
    described = _answer(response.request.method, path, response.status_code)
    _validate_headers(response, described)
    if "content" in described:
        assert response.headers["content-type"] == "application/json"
        schema_json = json.dumps(described["content"]["application/json"]["schema"])
        _validator(schema_json).validate(response.json())
    else:
        assert response.content == b""


def is_of_proxy(response: httpx.Response) -> bool:
    """Whether Cloudflare answered, which stands in front of Discord and speaks no JSON."""
    return response.headers["content-type"].startswith("text/") if response.content else False


def _answer(method: str, path: str, status: int) -> dict[str, Any]:
    """What the description says of an answer; what is not there is refused like all else."""
    operation = _operation(method, path)
    answers = operation["responses"] if operation else {"4XX": {"$ref": "ClientErrorResponse"}}
    if status >= 500:  # undescribed, but of the same shape
        status = 400
    described: dict[str, Any] = answers.get(str(status)) or answers[f"{status // 100}XX"]
    if "$ref" in described:
        name = described["$ref"].rpartition("/")[2]
        described = description()["components"]["responses"][name]
    return described


def _operation(method: str, path: str) -> dict[str, Any] | None:
    """The operation at `path`; a literal path goes before one with parameters."""
    for template in sorted(description()["paths"], key=lambda each: each.count("{")):
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path):
            operation: dict[str, Any] | None = description()["paths"][template].get(method.lower())
            return operation
    return None


def _validate_headers(response: httpx.Response, described: dict[str, Any]) -> None:
    names = [name for name in response.headers if name.startswith(RATE_LIMIT_PREFIX)]
    allowed = [name.lower() for name in described["headers"]]
    for name in names:
        assert name in allowed or name in OUTSIDE_DESCRIPTION
    for name, header in description()["components"]["headers"].items():
        if (value := response.headers.get(name)) is not None:
            convert = {"string": str, "integer": int, "number": float}[header["schema"]["type"]]
            convert(value)


@cache
def _validator(schema_json: str) -> jsonschema_rs.Draft202012Validator:
    whole = {**json.loads(schema_json), "components": _strict_components()}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)


@cache
def _strict_components() -> dict[str, Any]:
    """The description, stricter in one way and corrected in another.

    Fields that it does not name are refused. And where it says that the code of a form's error is
    a number, it is wrong: Discord's documentation and Discord itself have words there, such as
    `BASE_TYPE_REQUIRED` (https://discord.com/developers/docs/reference#error-messages).
    """
    components: dict[str, Any] = copy.deepcopy(description()["components"])
    for name, schema in components["schemas"].items():
        if "properties" in schema and name != "Error":  # others extend Error
            schema["additionalProperties"] = False
    word = copy.deepcopy(components["schemas"]["Error"])
    word["properties"]["code"] = {"type": "string"}
    components["schemas"]["InnerErrors"]["properties"]["_errors"]["items"] = word
    return components
