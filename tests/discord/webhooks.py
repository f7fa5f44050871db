"""Routes under /webhooks; the token in the address is all the authentication there is."""

import secrets

from tests.discord.callers import Call
from tests.discord.errors import invalid_webhook_token, unknown_message, unknown_webhook
from tests.discord.exchange import Answer, json_answer
from tests.discord.message_shape import message_json
from tests.discord.messages import EDITED, Posted, read_message
from tests.discord.shapes import webhook_json
from tests.discord.state import Webhook
from tests.discord.world import World


def get_webhook(world: World, call: Call) -> Answer:
    return json_answer(webhook_json(_find(world, call)))


def execute_webhook(world: World, call: Call) -> Answer:
    """204, or 200 and the message when the client asked to `wait` for it."""
    webhook = _find(world, call)
    posted = read_message(call.request)
    files = {"files": posted.files} if posted.files else {}
    webhook.messages.append({**posted.payload, **files})
    message_id = world.snowflake()
    webhook.shown[message_id] = {**posted.payload, **files}
    if call.request.query.get("wait", "").lower() not in ("true", "1"):
        return Answer(204)
    return json_answer(message_json(message_id, webhook, posted, world.clock.now_ms()))


def edit_message(world: World, call: Call) -> Answer:
    """200 and the message; the fields that were sent take the place of what they were."""
    webhook = _find(world, call)
    message_id = call.id("message_id")
    posted = read_message(call.request, EDITED)
    if (shown := webhook.shown.get(message_id)) is None:
        raise unknown_message()
    shown |= posted.payload
    now = Posted(shown, posted.files)
    return json_answer(message_json(message_id, webhook, now, world.clock.now_ms()))


def _find(world: World, call: Call) -> Webhook:
    webhook = world.webhooks.get(call.id("webhook_id"))
    if webhook is None:
        raise unknown_webhook()
    if not secrets.compare_digest(webhook.token.encode(), call.params["webhook_token"].encode()):
        raise invalid_webhook_token()
    return webhook
