"""A receiver of webhooks that verifies them with the library of Standard Webhooks."""

from __future__ import annotations

from standardwebhooks import Webhook, WebhookVerificationError

from tests.discord.exchange import Answer, Request, text_answer
from tests.servers.providers.provider import Provider, body_of

MOST_BYTES = 20_000


class HookStandIn(Provider):
    """Takes what `secret` signed; `seen` counts by webhook-id."""

    def __init__(self) -> None:
        super().__init__()
        self.address = f"{self.url}/hooks/modwatch?token=Zx81Qpl4Mn"
        self.secret = ""
        self.seen: dict[str, int] = {}

    def judge(self, request: Request) -> Answer:
        try:
            Webhook(self.secret).verify(request.body, dict(request.headers))
        except WebhookVerificationError as error:
            return text_answer(f"{error}", 400)
        if len(request.body) >= MOST_BYTES:
            return text_answer("too large", 413)
        id = request.headers["webhook-id"]
        self.seen[id] = self.seen.get(id, 0) + 1
        self.accepted.append(body_of(request))
        return text_answer("thank you", 200)
