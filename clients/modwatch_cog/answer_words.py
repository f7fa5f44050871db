"""What slash commands answer, in words; texts of members cannot mention or format anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from modwatch_cog.words import isolated, without_effects

PERIODS = {
    "hour": "in the last hour",
    "day": "in the last 24 hours",
    "week": "in the last 7 days",
    "month": "in the last 30 days",
}
ACTIONS = ("warning", "timeout", "kick", "ban")
MEMBERS_SHOWN, RULES_SHOWN, VIOLATIONS_SHOWN = 10, 3, 5
LONGEST_TEXT = 160
Said = Mapping[str, Any]


def now_words(period: str, metrics: Said, health: Said, going_on: Sequence[Said]) -> str:
    lines = [
        f"**Health {health['health_score']}** of 100{_limited(health)}",
        f"{counted(metrics['violations_total'], 'violation')} in"
        f" {counted(metrics['messages_processed'], 'message')} {PERIODS[period]}",
        actions_words(metrics["violations_by_action"]),
        *_response_lines(metrics),
        *(f"**An incident goes on:** {incident_line(one)}" for one in going_on),
        f"As of {moment(metrics['as_of'])}{' (changes wait)' if metrics['stale'] else ''}",
    ]
    return "\n".join(line for line in lines if line)


def member_words(detail: Said, total: int) -> str:
    """`total`: how many violations there are on record."""
    if not total and not detail["level"] and not detail["kicked_before"]:
        return "Modwatch has nothing about this member: no warnings, no violations."
    kicked = ", kicked before" if detail["kicked_before"] else ""
    lines = [
        f"**Warning level {detail['level']}** of 5 ({detail['level_description']}){kicked}",
        f"{counted(total, 'violation')} on record",
        *(violation_line(one) for one in detail["violations"][:VIOLATIONS_SHOWN]),
    ]
    return "\n".join(lines)


def violation_line(one: Said) -> str:
    rule = f"{plain(one['rule'])}: " if one["rule"] else ""
    what = f"{one['severity']}, {one['action']}"
    return f"{moment(one['timestamp'])} {what}. {rule}{plain(one['reason'])}"


def incident_words(one: Said) -> str:
    state = "goes on" if one["state"] == "going_on" else f"ended {moment(one['ended_at'])}"
    rules = ", ".join(
        f"{plain(rule['rule_name'])} ({rule['violation_count']})"
        for rule in one["rules"][:RULES_SHOWN]
        if rule["rule_name"]
    )
    looks = one["looked_after_by_username"]
    lines = [
        f"{incident_line(one)}, {state}",
        actions_words(one["actions"]),
        f"Rules: {rules}" if rules else "",
        f"{plain(looks)} looks after it" if looks else "Nobody looks after it",
        *(_member_line(member) for member in one["members"][:MEMBERS_SHOWN]),
        _more(one["member_count"] - min(len(one["members"]), MEMBERS_SHOWN)),
    ]
    return "\n".join(line for line in lines if line)


def incident_line(one: Said) -> str:
    who = counted(one["member_count"], "member")
    return (
        f"{counted(one['violation_count'], 'violation')} by {who} since {moment(one['started_at'])}"
    )


def actions_words(actions: Said) -> str:
    done = [counted(actions[name], name) for name in ACTIONS if actions[name]]
    return ", ".join(done)


def counted(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def plain(text: str) -> str:
    """Somebody else's words, on one line, without effects."""
    line = " ".join(text.split())
    cut = line if len(line) <= LONGEST_TEXT else f"{line[: LONGEST_TEXT - 1]}…"
    return without_effects(isolated(cut))


def moment(said: str) -> str:
    """As each reader's own clock has it: Discord shows it so."""
    return f"<t:{int(datetime.fromisoformat(said).timestamp())}:R>"


def _limited(health: Said) -> str:
    return ", of few messages" if health["limited_data"] else ""


def _response_lines(metrics: Said) -> list[str]:
    told = (("The bot acts", "bot_response"), ("Moderators act", "moderator_response"))
    return [
        f"{who} within {_lasting(metrics[name]['p50_ms'])} half the time"
        for who, name in told
        if metrics[name]["count"]
    ]


def _lasting(ms: float) -> str:
    if ms < 1_000:
        return f"{round(ms)} ms"
    return f"{ms / 1_000:.1f} s" if ms < 60_000 else f"{ms / 60_000:.1f} min"


def _member_line(member: Said) -> str:
    name = plain(member["username"]) if member["username"] else f"`{member['user_id']}`"
    done = actions_words(member["actions"])
    return f"{name}: {counted(member['violation_count'], 'violation')}{f', {done}' if done else ''}"


def _more(number: int) -> str:
    return f"and {counted(number, 'more member')}" if number > 0 else ""
