"""What clients send about incidents."""

from __future__ import annotations

from marshmallow import validate

from schemas.body import Body
from schemas.fields import TextField


class NoteBody(Body):
    text = TextField(
        required=True,
        validate=validate.Length(1, 1000),
        metadata={"examples": ["Invites closed until morning."]},
    )
