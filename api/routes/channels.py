"""The ways out of a server: Discord, Slack, mail, webhooks and those on call."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint

from adapters.channels.base import SettingsError
from api.http.answers import invalid, json_answer, secret_answer
from api.http.bodies import json_body
from api.http.errors import Problem
from api.http.extension import parts
from api.http.guard import guarded
from api.http.idempotency import idempotent, operation_id
from api.openapi.declare import answers
from domain.roles import Admin, Authenticated, Viewer
from schemas.answers.channels import ChannelsAnswer, ChannelTestAnswer, SavedChannelAnswer
from schemas.answers.common import SuccessAnswer
from schemas.channel import ChannelBody, ChannelTestBody, NewChannelBody, NewChannelTestBody
from services.channels import changes, testing
from services.channels.shown import channels_shown

blueprint = Blueprint(
    "channels",
    __name__,
    url_prefix="/api/v1/servers/<snowflake(server):guild_id>",
    description="Ways out: where alerts and notifications are sent besides the page.",
)
CHANNEL = "/channels/<uuid(channel):channel_id>"


@blueprint.get("/channels")
@guarded
@answers(ChannelsAnswer)
def list_channels(who: Authenticated[Viewer]) -> Response:
    """The channels, and the kinds there are with how each is set up; secrets are masked."""
    return json_answer(channels_shown(parts(), who))


@blueprint.post("/channels")
@guarded
@answers(SavedChannelAnswer, 201, body=NewChannelBody, errors=(409,))
def create_channel(who: Authenticated[Admin]) -> Response:
    """Add a channel, 20 at most; says where a Discord webhook posts to."""
    body = json_body(NewChannelBody())
    with _refusals():
        saved = changes.create_channel(
            parts(), who, body.pop("kind"), body.pop("settings"), choices=body
        )
    return secret_answer(saved, 201)


@blueprint.patch(CHANNEL)
@guarded
@answers(SavedChannelAnswer, body=ChannelBody, errors=(404, 409))
def change_channel(channel_id: UUID, who: Authenticated[Admin]) -> Response:
    """Change any of the fields; a channel that was broken is tried again."""
    body = json_body(ChannelBody())
    with _refusals():
        return json_answer(changes.change_channel(parts(), who, channel_id, body))


@blueprint.delete(CHANNEL)
@guarded
@answers(SuccessAnswer, errors=(404,))
def delete_channel(channel_id: UUID, who: Authenticated[Admin]) -> Response:
    """Remove a channel: pagers and webhooks are told the ends of open alerts, then it goes."""
    if not changes.remove_channel(parts(), who, channel_id):
        raise _missing()
    return json_answer({"success": True})


@blueprint.post(f"{CHANNEL}/rotate-secret")
@guarded
@answers(SavedChannelAnswer, errors=(404, 422))
def rotate_secret(channel_id: UUID, who: Authenticated[Admin]) -> Response:
    """A fresh signing secret, shown only here; for a day the earlier one signs as well."""
    with _refusals():
        return secret_answer(changes.rotate_secret(parts(), who, channel_id))


@blueprint.post(f"{CHANNEL}/test")
@guarded
@idempotent
@answers(ChannelTestAnswer, body=ChannelTestBody, errors=(404, 429))
def try_channel(channel_id: UUID, who: Authenticated[Admin]) -> Response:
    """Send a test and wait for what the provider says; 5 a minute. `settings` are not saved."""
    body = json_body(ChannelTestBody())
    with _refusals():
        tested = testing.try_channel(
            parts(), who, channel_id, body.get("settings"), body["target"], operation_id()
        )
    return json_answer(tested)


@blueprint.post("/channels/test")
@guarded
@idempotent
@answers(ChannelTestAnswer, body=NewChannelTestBody, errors=(429,))
def try_new_channel(who: Authenticated[Admin]) -> Response:
    """The same before a channel is saved."""
    body = json_body(NewChannelTestBody())
    with _refusals():
        tested = testing.try_new_channel(
            parts(), who, body["kind"], body["settings"], body["target"], operation_id()
        )
    return json_answer(tested)


@contextmanager
def _refusals() -> Iterator[None]:
    """What services refuse, as HTTP says it."""
    try:
        yield
    except SettingsError as error:
        messages = {name: [text] for name, text in error.errors.items()}
        raise Problem(422, "some fields are invalid", {"settings": messages}) from None
    except changes.ChannelFieldError as error:
        raise invalid(error.field, str(error)) from None
    except changes.NoChannelError:
        raise _missing() from None
    except (changes.StaleRevisionError, changes.TooManyChannelsError) as error:
        raise Problem(409, str(error)) from None
    except testing.TooManyTestsError as error:
        raise Problem(429, str(error), headers={"Retry-After": "60"}) from None


def _missing() -> Problem:
    return Problem(404, "there is no channel with this id in this server")
