"""Routes under /webhooks; the token in the address is all the authentication there is."""

import secrets

from tests.discord.callers import Call
from tests.discord.errors import invalid_webhook_token, unknown_webhook
from tests.discord.exchange import Answer, json_answer
from tests.discord.message_shape import message_json
from tests.discord.messages import read_message
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
    if call.request.query.get("wait", "").lower() not in ("true", "1"):
        return Answer(204)
    return json_answer(message_json(world.snowflake(), webhook, posted, world.clock.now_ms()))


def _find(world: World, call: Call) -> Webhook:
    webhook = world.webhooks.get(call.id("webhook_id"))
    if webhook is None:
        raise unknown_webhook()
    if not secrets.compare_digest(webhook.token.encode(), call.params["webhook_token"].encode()):
        raise invalid_webhook_token()
    return webhook
