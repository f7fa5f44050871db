"""The kinds of channels, by the name that requests, rows and metrics have for them."""

from enum import StrEnum


class ChannelKind(StrEnum):
    DISCORD = "discord"
    SLACK = "slack"
    EMAIL = "email"
    WEBHOOK = "webhook"
    PAGERDUTY = "pagerduty"
    JSM = "jsm"
    OPSGENIE = "opsgenie"
    APPRISE = "apprise"
