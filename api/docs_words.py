"""How the docs page words things: examples as curl lines, bounds, code within text."""

from __future__ import annotations

import json
import shlex
from typing import Any

from markupsafe import Markup, escape

Json = dict[str, Any]
AUTHORIZATION = {
    "cookie": '-H "Cookie: modwatch_session=$SESSION"',
    "apiToken": '-H "Authorization: Bearer $TOKEN"',
    "botToken": '-H "Authorization: Bearer $BOT_TOKEN"',
    "metricsToken": '-H "Authorization: Bearer $METRICS_TOKEN"',
}


def curl_lines(path: str, method: str, operation: Json, parameters: list[Json], body: Json) -> str:
    for one in parameters:
        if one["in"] == "path":
            path = path.replace(f"{{{one['name']}}}", one["schema"].get("examples", ["..."])[0])
    words = [one for one in parameters if one["in"] == "query" and "enum" in one["schema"]]
    query = f"?{words[0]['name']}={words[0]['schema']['enum'][-1]}" if words else ""
    lines = [f'curl "$MODWATCH{path}{query}"']
    if method != "get":
        lines.append(f"-X {method.upper()}")
    ways = [name for way in operation["security"] for name in way]
    if ways:
        lines.append(AUTHORIZATION["apiToken" if "apiToken" in ways else ways[0]])
        if ways == ["cookie"] and method != "get":
            lines.append('-H "Origin: $MODWATCH"')
    if body:
        lines.append("-H 'Content-Type: application/json'")
        lines.append(f"-d {shlex.quote(pretty(body['example']))}")
    return " \\\n  ".join(lines)


def pretty(example: Any) -> str:
    if example is None or isinstance(example, str):
        return example or ""
    return json.dumps(example, indent=2, ensure_ascii=False)


def bounds(schema: Json) -> str:
    for lowest, highest in (("minimum", "maximum"), ("minLength", "maxLength")):
        if lowest in schema and highest in schema:
            return f" {_plain(schema[lowest])}..{_plain(schema[highest])}"
        if highest in schema:
            return f" up to {_plain(schema[highest])}"
    return ""


def told_of(schema: Json) -> str:
    default = f"default {schema['default']}" if schema.get("default") is not None else ""
    return "; ".join(part for part in (schema.get("description", ""), default) if part)


def with_code(text: str) -> Markup:
    """Escaped, with what stands between backticks as code."""
    pieces = text.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(piece) if place % 2 else escape(piece)
        for place, piece in enumerate(pieces)
    )


def breakable(path: str) -> Markup:
    """Escaped, and allowed to break before each slash."""
    return Markup("<wbr>/").join(escape(piece) for piece in path.split("/"))


def _plain(number: float) -> str:
    return f"{int(number) if number == int(number) else number:,}"
