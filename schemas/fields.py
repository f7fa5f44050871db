"""marshmallow fields for what JSON has no type of: Discord ids, RFC 3339 times, storable text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from marshmallow import ValidationError, fields

from domain.clock import parse_rfc3339, rfc3339
from domain.rule_key import parse_rule_key, rule_key
from domain.snowflake import parse_snowflake

_UUID = re.compile("[0-9a-fA-F]{32}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class SnowflakeField(fields.Field[int]):
    """A Discord id: `int` inside, a string of digits in JSON."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else str(value)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> int:
        try:
            return parse_snowflake(value)
        except ValueError as error:
            raise ValidationError(str(error)) from None


class RuleKeyField(fields.Field[int]):
    """A rule's hash: `int` inside, its key of 16 hexadecimal digits in JSON."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else rule_key(value)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> int:
        try:
            return parse_rule_key(str(value))
        except ValueError as error:
            raise ValidationError(str(error)) from None


class TimestampField(fields.Field[int]):
    """A point in time: epoch milliseconds inside, RFC 3339 in UTC in JSON."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else rfc3339(value)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> int:
        if not isinstance(value, str):
            raise ValidationError("must be a string with an RFC 3339 time")
        try:
            return parse_rfc3339(value)
        except ValueError as error:
            raise ValidationError(str(error)) from None


class UuidField(fields.UUID):
    """A UUID as RFC 9562 writes it, or its 32 digits alone. Python's would take much more."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> UUID:
        if not isinstance(value, str) or _UUID.fullmatch(value) is None:
            raise self.make_error("invalid_uuid")
        return UUID(value)


class TextField(fields.String):
    """Text a database can hold: PostgreSQL refuses NUL, and JSON allows lone surrogates."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if "\x00" in text or _has_halves(text):
            raise ValidationError("must not contain NUL or half of a surrogate pair")
        return text


def _has_halves(text: str) -> bool:
    return not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text)


class NumberField(fields.Float):
    """A JSON number: not a string, not a boolean, not NaN."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValidationError("must be a number")
        return super()._deserialize(value, attr, data, **kwargs)


class FlagField(fields.Boolean):
    """JSON's true or false: not 0 or 1, which Python takes for equal to them, and no words."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> bool:
        if not isinstance(value, bool):
            raise ValidationError("must be true or false")
        return value
