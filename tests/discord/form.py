"""Checks what a client sends against Discord's description, and complains in Discord's words."""

import re
from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlsplit

from tests.discord.description import Schema, is_nullable, resolved, type_of
from tests.discord.errors import FormErrors, complaint

REQUIRED = ("BASE_TYPE_REQUIRED", "This field is required")
SNOWFLAKE = re.compile(r"0|[1-9][0-9]*")


def is_snowflake(text: str) -> bool:
    return SNOWFLAKE.fullmatch(text) is not None and int(text) < 1 << 64


def check(schema: Schema, value: object) -> FormErrors:
    """Return what is wrong with `value`, nested as it is; empty where all is well."""
    if value is None:
        return {} if is_nullable(schema) else complaint(*REQUIRED)
    schema = resolved(schema)
    kind = type_of(schema)
    if kind == "object":
        return _check_object(schema, value)
    if kind == "array":
        return _check_array(schema, value)
    if kind == "string":
        return _check_string(schema, value)
    if kind in ("integer", "number"):
        return _check_number(schema, value, kind)
    if kind == "boolean" and not isinstance(value, bool):
        return complaint("BOOLEAN_TYPE_CONVERT", "Must be either true or false.")
    return {}


def _check_object(schema: Schema, value: object) -> FormErrors:
    if not isinstance(value, dict):
        return complaint("MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
    properties = schema.get("properties", {})
    known = ((name, properties[name], each) for name, each in value.items() if name in properties)
    wrong = _nested((name, check(its, each)) for name, its, each in known)
    needed = [name for name in schema.get("required", ()) if value.get(name) in (None, "")]
    return wrong | {name: complaint(*REQUIRED) for name in needed}


def _check_array(schema: Schema, value: object) -> FormErrors:
    if not isinstance(value, list):
        return complaint("LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
    if len(value) > schema.get("maxItems", len(value)):
        return _too_long(schema["maxItems"])
    return _nested((str(index), check(schema["items"], each)) for index, each in enumerate(value))


def _check_string(schema: Schema, value: object) -> FormErrors:
    if not isinstance(value, str):
        return complaint("STRING_TYPE_CONVERT", f'Could not interpret "{value}" as string.')
    if len(value) > schema.get("maxLength", len(value)):
        return _too_long(schema["maxLength"])
    if len(value) < schema.get("minLength", 0):
        return complaint(
            "BASE_TYPE_MIN_LENGTH", f"Must be {schema['minLength']} or more in length."
        )
    return _check_format(schema.get("format"), value)


def _check_format(name: str | None, value: str) -> FormErrors:
    if name == "uri" and not _is_address(value):
        return complaint("URL_TYPE_INVALID_URL", "Not a well formed URL.")
    if name == "snowflake" and not is_snowflake(value):
        return complaint("NUMBER_TYPE_COERCE", f'Value "{value}" is not snowflake.')
    if name == "date-time" and not _is_time(value):
        return complaint("DATE_TIME_TYPE_PARSE", f"Could not parse {value}. Should be ISO8601.")
    return {}


def _check_number(schema: Schema, value: object, kind: str) -> FormErrors:
    word = "int" if kind == "integer" else "float"
    allowed = (int,) if kind == "integer" else (int, float)
    if isinstance(value, bool) or not isinstance(value, allowed):
        return complaint("NUMBER_TYPE_COERCE", f'Value "{value}" is not {word}.')
    if value > schema.get("maximum", value):
        limit = f"less than or equal to {schema['maximum']}."
        return complaint("NUMBER_TYPE_MAX", f"{word} value should be {limit}")
    if value < schema.get("minimum", value):
        limit = f"greater than or equal to {schema['minimum']}."
        return complaint("NUMBER_TYPE_MIN", f"{word} value should be {limit}")
    return {}


def _nested(parts: Iterable[tuple[str, FormErrors]]) -> FormErrors:
    return {name: errors for name, errors in parts if errors}


def _too_long(most: int) -> FormErrors:
    return complaint("BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https", "attachment") and bool(parts.netloc)


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
