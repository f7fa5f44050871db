"""What clients send about channels; what is right in `settings` each kind knows itself."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from domain.alert_rules import EventType
from domain.channel_kinds import ChannelKind
from domain.decisions import LetThrough
from domain.delivery_life import InDoubt
from domain.messages import Priority
from schemas.body import Body
from schemas.fields import FlagField, SnowflakeField, TextField

LONGEST_ESCALATION_MINUTES = 24 * 60
_WEBHOOK = {"url": "https://discord.com/api/webhooks/1300/token"}


def _settings(**more: Any) -> fields.Dict:
    return fields.Dict(
        keys=fields.String(),
        metadata={"description": "by the names in `kinds`", "examples": [_WEBHOOK]},
        **more,
    )


class ChannelChoices(Body):
    """What can be chosen for every kind."""

    name = TextField(validate=validate.Length(1, 100), metadata={"examples": ["#mod-alerts"]})
    enabled = FlagField()
    threshold = fields.String(validate=validate.OneOf([*Priority]))
    events = fields.List(
        fields.String(validate=validate.OneOf([*EventType])),
        allow_none=True,
        validate=validate.Length(max=50),
        metadata={"description": "null: all that are enabled"},
    )
    after_minutes = fields.Integer(
        strict=True,
        validate=validate.Range(0, LONGEST_ESCALATION_MINUTES),
        metadata={"description": "tell only what nobody has acknowledged after so long"},
    )
    let_through = fields.String(
        validate=validate.OneOf([*LetThrough]),
        metadata={"description": "what passes a mute and quiet hours"},
    )
    mention_role = SnowflakeField(allow_none=True, metadata={"examples": ["1300"]})
    in_doubt = fields.String(
        allow_none=True,
        validate=validate.OneOf([*InDoubt]),
        metadata={"description": "null: repeat what is critical, report the rest"},
    )

    @post_load
    def _named(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        """Words as the enumerations they are."""
        words: dict[str, Any] = {
            "threshold": Priority,
            "let_through": LetThrough,
            "in_doubt": InDoubt,
        }
        for name, kind in words.items():
            if data.get(name) is not None:
                data[name] = kind(data[name])
        if data.get("events") is not None:
            data["events"] = frozenset(map(EventType, data["events"]))
        return data


class NewChannelBody(ChannelChoices):
    kind = fields.String(required=True, validate=validate.OneOf([*ChannelKind]))
    settings = _settings(required=True)


class ChannelBody(ChannelChoices):
    """`revision`: the one that was read; another change since then is answered with 409."""

    kind = fields.String(metadata={"description": "never changes", "examples": ["discord"]})
    settings = _settings()
    revision = fields.Integer(strict=True, validate=validate.Range(1), metadata={"examples": [3]})


class ChannelTestBody(Body):
    """`settings` over those that are saved; `target`: which of the mail addresses gets it."""

    settings = _settings()
    target = TextField(load_default="", metadata={"examples": ["mods@example.org"]})


class NewChannelTestBody(Body):
    kind = fields.String(required=True, validate=validate.OneOf([*ChannelKind]))
    settings = _settings(required=True)
    target = TextField(load_default="", metadata={"examples": ["mods@example.org"]})
