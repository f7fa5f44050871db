"""The schemes of Apprise that an operator may list: their addresses name no host.

A test holds this list against what the installed Apprise says of itself.
"""

from __future__ import annotations

VENDOR_SCHEMES = frozenset(
    (
        "clicksend",
        "dingtalk",
        "feishu",
        "flock",
        "gchat",
        "groupme",
        "ifttt",
        "ilert",
        "join",
        "lark",
        "line",
        "msgbird",
        "pagertree",
        "pbul",
        "pover",
        "prowl",
        "pushy",
        "seven",
        "signl4",
        "spike",
        "spush",
        "squadcast",
        "tgram",
        "threema",
        "twilio",
        "vonage",
        "webex",
        "wecombot",
        "wxteams",
    )
)


def parse_schemes(text: str) -> frozenset[str]:
    """From `tgram, pover`; ValueError names a scheme that cannot be allowed."""
    schemes = {part.strip().lower().removesuffix("://") for part in text.split(",") if part.strip()}
    if refused := sorted(schemes - VENDOR_SCHEMES):
        raise ValueError(f"must not list {refused[0]!r}: its addresses may lead to any host")
    return frozenset(schemes)
