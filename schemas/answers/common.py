"""What answers are made of: fields that say their type, bounds and an example.

These schemas describe; nothing is serialised through them. Tests hold every answer against them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from marshmallow import EXCLUDE, Schema, fields, validate

from schemas.fields import TimestampField

# An erased member is shown under a negative number that is nobody's.
USER_ID = "^-?[0-9]{1,19}$"
ID = "^[0-9]{1,19}$"


class Answer(Schema):
    """Every field is always there; one that may have nothing to say is null. More may be added."""

    class Meta:
        unknown = EXCLUDE

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        field_obj.required = not field_obj.metadata.get("optional", False)


class SuccessAnswer(Answer):
    success = fields.Boolean(metadata={"enum": [True], "examples": [True]})


class ProblemAnswer(Answer):
    """RFC 9457. `error` is the same as `detail`; `errors` has messages by field."""

    type = fields.String(metadata={"examples": ["about:blank"]})
    title = fields.String(metadata={"examples": ["Not found"]})
    status = fields.Integer(metadata={"minimum": 400, "maximum": 599, "examples": [404]})
    detail = fields.String(metadata={"examples": ["there is nothing at this address"]})
    error = fields.String(metadata={"examples": ["there is nothing at this address"]})
    request_id = fields.String(metadata={"examples": ["5c3f0e9a41d27b6688f0a1c2"]})
    errors = fields.Dict(keys=fields.String(), metadata={"optional": True})


def text(example: str | None, *, null: bool = False, **metadata: Any) -> fields.String:
    return fields.String(allow_none=null, metadata={"examples": [example], **metadata})


def count(example: int, **metadata: Any) -> fields.Integer:
    return fields.Integer(validate=validate.Range(min=0), metadata=_shown(example, metadata))


def whole(
    example: int, lowest: int, highest: int, *, null: bool = False, **metadata: Any
) -> fields.Integer:
    return fields.Integer(
        validate=validate.Range(lowest, highest),
        allow_none=null,
        metadata=_shown(example, metadata),
    )


def number(example: float, **metadata: Any) -> fields.Float:
    return fields.Float(metadata=_shown(example, metadata))


def positive(example: float, **metadata: Any) -> fields.Float:
    return fields.Float(validate=validate.Range(min=0), metadata=_shown(example, metadata))


def percent(example: float, **metadata: Any) -> fields.Float:
    return fields.Float(validate=validate.Range(0, 100), metadata=_shown(example, metadata))


def flag(example: bool, **metadata: Any) -> fields.Boolean:
    return fields.Boolean(metadata=_shown(example, metadata))


def moment(example: str | None, *, null: bool = False, **metadata: Any) -> TimestampField:
    return TimestampField(allow_none=null, metadata=_shown(example, metadata))


def snowflake(example: str | None, *, null: bool = False, **metadata: Any) -> fields.String:
    """A Discord id, as text."""
    return text(example, null=null, format="snowflake", pattern=ID, **metadata)


def person(example: str | None, *, null: bool = False, **metadata: Any) -> fields.String:
    """A user's id; a negative number stands for somebody whose data was erased."""
    return text(example, null=null, format="snowflake", pattern=USER_ID, **metadata)


def uuid(example: str | None, *, null: bool = False, **metadata: Any) -> fields.UUID:
    return fields.UUID(allow_none=null, metadata=_shown(example, metadata))


def one_of(
    words: Iterable[str], example: str | None, *, null: bool = False, **metadata: Any
) -> fields.String:
    choices = validate.OneOf([str(word) for word in words])
    return fields.String(validate=choices, allow_none=null, metadata=_shown(example, metadata))


def record(name: str, **parts: fields.Field[Any]) -> fields.Nested:
    """An object with a name of its own in the document."""
    return fields.Nested(Answer.from_dict(dict(parts), name=name))


def many(schema: type[Schema], **metadata: Any) -> fields.List[Any]:
    return fields.List(fields.Nested(schema), metadata=metadata)


def cursor() -> fields.String:
    return text(None, null=True, description="for `cursor` of the next page; null at the end")


def username() -> fields.String:
    told = "null while not resolved; `Deleted User #` and six digits for one who is gone"
    return text("ada", null=True, description=told)


def avatar() -> fields.String:
    return text("https://cdn.discordapp.com/embed/avatars/0.png", null=True)


def _shown(example: object, metadata: dict[str, Any]) -> dict[str, Any]:
    return {"examples": [example], **metadata}
