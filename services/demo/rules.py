"""The rules of the invented communities, and how each is lived by."""

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
        name="Spam",
        reasons=("Sent the same message 6 times in 10 seconds", "Copied one line into 4 channels"),
        detections=(("automod", 6), ("regex", 4)),
        severity_weights=(6, 3, 1),
        weight=10,
        overturned=0.06,
    ),
    DemoRule(
        name="Invite links",
        reasons=("Posted an invite to another server", "Invite link in a reply"),
        detections=(("regex", 8), ("automod", 2)),
        severity_weights=(5, 5, 0),
        weight=7,
        overturned=0.12,
    ),
    DemoRule(
        name="Harassment",
        reasons=(
            "Insulted another member",
            "Kept at it after being asked to stop",
            "Targeted a newcomer",
        ),
        detections=(("ai", 6), ("manual", 4)),
        severity_weights=(1, 5, 4),
        weight=6,
        overturned=0.18,
    ),
    DemoRule(
        name="Caps and flooding",
        reasons=("Wrote 9 lines in capitals", "Flooded the channel with emoji"),
        detections=(("automod", 7), ("regex", 3)),
        severity_weights=(9, 1, 0),
        weight=6,
        overturned=0.1,
    ),
    DemoRule(
        name="Slurs and hate",
        reasons=("Used a slur", "Hateful remark about a group of people"),
        detections=(("ai", 5), ("regex", 4), ("manual", 1)),
        severity_weights=(0, 2, 8),
        weight=3,
        overturned=0.04,
    ),
    DemoRule(
        name="Scam links",
        reasons=("Link to a page that asks for a login", "Offer of free Nitro behind a short link"),
        detections=(("regex", 5), ("ai", 5)),
        severity_weights=(0, 3, 7),
        weight=3,
        overturned=0.02,
    ),
    DemoRule(
        name="Sarcasm filter",
        reasons=("Tone judged hostile", "Reply judged to be mocking"),
        detections=(("ai", 1),),
        severity_weights=(7, 3, 0),
        weight=3,
        overturned=0.62,
    ),
    DemoRule(
        name="Off topic",
        reasons=("Memes outside of #memes", "Trade offers in general chat"),
        detections=(("manual", 7), ("automod", 3)),
        severity_weights=(10, 0, 0),
        weight=4,
        overturned=0.25,
    ),
    DemoRule(
        name="Adult content",
        reasons=("Picture judged not safe for work", "Explicit text in a general channel"),
        detections=(("ai", 8), ("manual", 2)),
        severity_weights=(0, 4, 6),
        weight=2,
        overturned=0.35,
    ),
    DemoRule(
        name="Spoilers",
        reasons=("Named the ending without a spoiler tag",),
        detections=(("manual", 8), ("ai", 2)),
        severity_weights=(8, 2, 0),
        weight=2,
        overturned=0.15,
    ),
    DemoRule(
        name="Personal data",
        reasons=("Posted somebody's address", "Shared a private conversation"),
        detections=(("manual", 6), ("ai", 4)),
        severity_weights=(0, 3, 7),
        weight=1,
        overturned=0.05,
    ),
    DemoRule(
        name="Old bot commands",
        reasons=("Called a command that is switched off",),
        detections=(("regex", 1),),
        severity_weights=(1, 0, 0),
        weight=2,
        overturned=0.3,
    ),
)
# Nobody has broken it for a while: what a dead rule looks like.
RETIRED_RULE = RULES[-1]


def rules_text(name: str) -> str:
    lines = [f"{place}. {rule.name}" for place, rule in enumerate(RULES, start=1)]
    return f"Welcome to {name}. Be kind; these are the rules:\n\n" + "\n".join(lines) + "\n"
