"""The words of the invented communities: what they are called, their people, their rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["low", "medium", "high"]
Detection = Literal["regex", "ai", "automod", "manual", "raid"]
SEVERITIES: tuple[Severity, ...] = ("low", "medium", "high")


@dataclass(frozen=True, slots=True)
class DemoRule:
    """A rule as its guild lives it: `overturned` is the share of its appeals that are granted."""

    name: str
    reasons: tuple[str, ...]
    detections: tuple[tuple[Detection, float], ...]
    severity_weights: tuple[float, float, float]  # in the order of SEVERITIES
    weight: float
    overturned: float


RULES = (
    DemoRule(
        "Spam",
        ("Sent the same message 6 times in 10 seconds", "Copied one line into 4 channels"),
        (("automod", 6), ("regex", 4)),
        (6, 3, 1),
        10,
        0.06,
    ),
    DemoRule(
        "Invite links",
        ("Posted an invite to another server", "Invite link in a reply"),
        (("regex", 8), ("automod", 2)),
        (5, 5, 0),
        7,
        0.12,
    ),
    DemoRule(
        "Harassment",
        ("Insulted another member", "Kept at it after being asked to stop", "Targeted a newcomer"),
        (("ai", 6), ("manual", 4)),
        (1, 5, 4),
        6,
        0.18,
    ),
    DemoRule(
        "Caps and flooding",
        ("Wrote 9 lines in capitals", "Flooded the channel with emoji"),
        (("automod", 7), ("regex", 3)),
        (9, 1, 0),
        6,
        0.1,
    ),
    DemoRule(
        "Slurs and hate",
        ("Used a slur", "Hateful remark about a group of people"),
        (("ai", 5), ("regex", 4), ("manual", 1)),
        (0, 2, 8),
        3,
        0.04,
    ),
    DemoRule(
        "Scam links",
        ("Link to a page that asks for a login", "Offer of free Nitro behind a short link"),
        (("regex", 5), ("ai", 5)),
        (0, 3, 7),
        3,
        0.02,
    ),
    DemoRule(
        "Sarcasm filter",
        ("Tone judged hostile", "Reply judged to be mocking"),
        (("ai", 1),),
        (7, 3, 0),
        3,
        0.62,
    ),
    DemoRule(
        "Off topic",
        ("Memes outside of #memes", "Trade offers in general chat"),
        (("manual", 7), ("automod", 3)),
        (10, 0, 0),
        4,
        0.25,
    ),
    DemoRule(
        "Adult content",
        ("Picture judged not safe for work", "Explicit text in a general channel"),
        (("ai", 8), ("manual", 2)),
        (0, 4, 6),
        2,
        0.35,
    ),
    DemoRule(
        "Spoilers",
        ("Named the ending without a spoiler tag",),
        (("manual", 8), ("ai", 2)),
        (8, 2, 0),
        2,
        0.15,
    ),
    DemoRule(
        "Personal data",
        ("Posted somebody's address", "Shared a private conversation"),
        (("manual", 6), ("ai", 4)),
        (0, 3, 7),
        1,
        0.05,
    ),
    DemoRule(
        "Old bot commands",
        ("Called a command that is switched off",),
        (("regex", 1),),
        (1, 0, 0),
        2,
        0.3,
    ),
)
# Nobody has broken it for a while: what a dead rule looks like.
RETIRED_RULE = RULES[-1]

RAID_REASONS = (
    "Joined 40 seconds ago and mentioned everyone",
    "Same picture as nine other new accounts",
    "New account posting scam links",
)
UNNAMED_REASONS = ("Would not let it go", "Argued with a moderator", "Derailed the event channel")

GUILD_NAMES = (
    "Pixel Harbour",
    "The Reading Room",
    "Last Light Raiders",
    "Sourdough & Friends",
    "Synthwave Workshop",
    "Trail Runners United",
    "Kernel Panic Café",
    "Cardboard Empires",
    "Deep Sky Watchers",
    "Vinyl Underground",
    "Speedrun Lounge",
    "Houseplant Hospital",
)
GUILD_SUFFIXES = ("", " II", " EU", " NA", " Asia", " Community", " Hub", " Lounge")
TIMEZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Asia/Tokyo",
    "America/Sao_Paulo",
    "Australia/Sydney",
    "Europe/London",
    "America/Los_Angeles",
    "Asia/Kolkata",
)

FIRST = [
    "amber",
    "ash",
    "birch",
    "cobalt",
    "coral",
    "dusty",
    "ember",
    "faint",
    "fern",
    "foggy",
    "frost",
    "gentle",
    "hazel",
    "hollow",
    "idle",
    "ivory",
    "juniper",
    "late",
    "lilac",
    "lucky",
    "lunar",
    "maple",
    "mellow",
    "misty",
    "mossy",
    "neon",
    "nimble",
    "nova",
    "opal",
    "pale",
    "pine",
    "quiet",
    "rapid",
    "rusty",
    "salty",
    "silent",
    "silver",
    "sleepy",
    "solar",
    "stray",
    "sunny",
    "tidal",
    "tiny",
    "velvet",
    "violet",
    "wandering",
    "wild",
    "winter",
]
SECOND = [
    "anchor",
    "badger",
    "beacon",
    "biscuit",
    "bramble",
    "canyon",
    "comet",
    "cricket",
    "dragon",
    "ember",
    "falcon",
    "finch",
    "fjord",
    "fox",
    "gecko",
    "harbor",
    "heron",
    "hollow",
    "kettle",
    "koala",
    "lantern",
    "lemur",
    "lynx",
    "magpie",
    "marten",
    "meadow",
    "moth",
    "nomad",
    "orbit",
    "otter",
    "owl",
    "panda",
    "pepper",
    "pilot",
    "pixel",
    "quokka",
    "raccoon",
    "raven",
    "river",
    "rook",
    "sparrow",
    "static",
    "tapir",
    "teapot",
    "thistle",
    "turnip",
    "walrus",
    "willow",
    "wombat",
    "wren",
]
MODERATOR_NAMES = (
    "marisol.v",
    "tobias_k",
    "hana.ito",
    "deepak.r",
    "johanna_l",
    "mateus.c",
    "aoife.b",
    "yusuf_d",
    "clara.n",
    "piotr_w",
    "linh.t",
    "samira_h",
)

ACTIONS = (
    "Warning issued",
    "10-minute timeout",
    "1-hour timeout",
    "Kicked from server",
    "Permanently banned",
)


def rules_text(name: str) -> str:
    lines = [f"{place}. {rule.name}" for place, rule in enumerate(RULES, start=1)]
    return f"Welcome to {name}. Be kind; these are the rules:\n\n" + "\n".join(lines) + "\n"
