"""One provider of each kind of channel, and how often each of them was told of which guild."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import orjson

from adapters.channels.base import Setting
from models.channels.store import ChannelRow, insert_channel
from services.channels.sealing import sealed_settings
from services.container import Parts
from tests.adapters.channels.sample import SIGNING_SECRET, settings_of
from tests.discord.server import Discord
from tests.discord.state import Webhook
from tests.servers.mail import Post, mail_server
from tests.servers.providers.hook import HookStandIn
from tests.servers.providers.opsgenie import OpsgenieStandIn
from tests.servers.providers.pagerduty import PagerDutyStandIn
from tests.servers.providers.slack import SlackStandIn

JSM_ROOT = "/jsm/ops/integration/v2/alerts"
KINDS = ("discord", "slack", "email", "webhook", "pagerduty", "jsm", "opsgenie")


@dataclass
class TownHall:
    discord: Discord
    slack: SlackStandIn
    post: Post
    hook: HookStandIn
    pager: PagerDutyStandIn
    jsm: OpsgenieStandIn
    opsgenie: OpsgenieStandIn
    webhooks: dict[int, Webhook]

    def settings(self) -> dict[str, str]:
        """Of an installation that may reach them."""
        doors = (self.slack, self.hook, self.pager, self.jsm, self.opsgenie)
        ports = [int(self.discord.url.rpartition(":")[2]), *(door.port for door in doors)]
        return {
            "OUTGOING_ALLOW": ", ".join(f"127.0.0.0/8:{port}" for port in ports),
            "SMTP_URL": f"smtp://127.0.0.1:{self.post.port}",
            "MAIL_FROM": "alerts@modwatch.example.org",
        }

    def add_channels(self, parts: Parts, guild_id: int, now_ms: int) -> None:
        """One of each kind."""
        with parts.database.write() as connection:
            for kind in KINDS:
                sealed, mask = sealed_settings(
                    parts.secrets, kind, self.settings_of(kind, guild_id)
                )
                row = ChannelRow(
                    guild_id=guild_id,
                    id=uuid4(),
                    kind=kind,
                    name=kind,
                    settings=sealed,
                    mask=mask,
                    created_ms=now_ms,
                    updated_ms=now_ms,
                )
                insert_channel(connection, row)

    def settings_of(self, kind: str, guild_id: int) -> dict[str, Setting]:
        if kind == "discord":
            made = self.webhooks[guild_id] = self.discord.world.add_webhook(guild_id)
            return {"url": self.discord.webhook_url(made)}
        if kind == "email":
            return {"addresses": [f"{guild_id}@example.org"]}
        doors = {"slack": self.slack, "webhook": self.hook, "pagerduty": self.pager}
        ours = {"jsm": self.jsm, "opsgenie": self.opsgenie}
        return settings_of(kind, (doors | ours)[kind].url)

    def arrived(self, guild_ids: range) -> dict[str, Counter[int]]:
        """How many messages came, by kind and guild."""
        bodies: dict[str, list[Any]] = {
            "slack": self.slack.accepted,
            "webhook": self.hook.accepted,
            "pagerduty": self.pager.accepted,
            "jsm": self.jsm.accepted,
            "opsgenie": self.opsgenie.accepted,
        }
        said = {kind: [orjson.dumps(body) for body in some] for kind, some in bodies.items()}
        found = {
            kind: Counter(id for id in guild_ids for text in texts if b"guild=%d#" % id in text)
            for kind, texts in said.items()
        }
        told = Counter({id: len(webhook.messages) for id, webhook in self.webhooks.items()})
        mails = Counter(int(one.recipients[0].partition("@")[0]) for one in self.post.letters)
        return found | {"discord": told, "email": mails}


@contextmanager
def open_town_hall() -> Iterator[TownHall]:
    with ExitStack() as stack:
        post = stack.enter_context(mail_server())
        doors = (SlackStandIn(), HookStandIn(), PagerDutyStandIn())
        jsm, opsgenie, discord = OpsgenieStandIn(JSM_ROOT), OpsgenieStandIn(), Discord()
        for one in (*doors, jsm, opsgenie, discord):
            one.start()
            stack.callback(one.stop)
        slack, hook, pager = doors
        hook.secret = SIGNING_SECRET
        yield TownHall(
            discord=discord,
            slack=slack,
            post=post,
            hook=hook,
            pager=pager,
            jsm=jsm,
            opsgenie=opsgenie,
            webhooks={},
        )
