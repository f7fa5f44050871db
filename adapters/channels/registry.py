"""Every kind of channel, in the order in which the page offers them."""

from __future__ import annotations

from adapters.channels.apprise import Apprise
from adapters.channels.base import Channel
from adapters.channels.discord import Discord
from adapters.channels.email import Email
from adapters.channels.opsgenie import JiraServiceManagement, Opsgenie
from adapters.channels.pagerduty import PagerDuty
from adapters.channels.slack import Slack
from adapters.channels.webhook import Webhook

CHANNELS: dict[str, Channel] = {
    channel.kind: channel
    for channel in (
        Discord(),
        Slack(),
        Email(),
        Webhook(),
        PagerDuty(),
        JiraServiceManagement(),
        Opsgenie(),
        Apprise(),
    )
}
