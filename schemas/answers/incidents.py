"""Answers about incidents: raids as one thing each."""

from __future__ import annotations

from marshmallow import fields

from domain.incidents import GOING_ON, OVER
from schemas.answers.common import (
    Answer,
    avatar,
    count,
    cursor,
    many,
    moment,
    one_of,
    person,
    positive,
    record,
    snowflake,
    username,
    uuid,
    whole,
)
from schemas.answers.common import (
    text as words,
)

INCIDENT = "7c1d5a0e-3c0b-4a53-9a55-0d2f6f1b8e44"
AT, LAST = "2026-03-18T10:12:44.120Z", "2026-03-18T10:14:10.000Z"
KINDS = ("began", "first_action", "alert_opened", "alert_closed", "taken", "last_violation")
ACTIONS = ("warning", "timeout", "kick", "ban", "other", "none")


def _actions(name: str) -> fields.Nested:
    return record(name, **{one: count(0) for one in ACTIONS})


class IncidentRuleAnswer(Answer):
    rule_name = words("No advertising", description="empty where the rule is on record no more")
    rule_hash = words(
        "9b1f2a7c40d35e68", description="the rule in addresses: violations?rule_hash="
    )
    violation_count = count(58)


class IncidentChannelAnswer(Answer):
    channel_id = snowflake("4711")
    channel_name = words("general", null=True, description="as a bot of this server said last")
    violation_count = count(31)


class IncidentAnswer(Answer):
    """Counts are of its members; who broke another rule meanwhile is not counted in."""

    id = uuid(INCIDENT)
    state = one_of((GOING_ON, OVER), OVER, description="over 5 minutes after the last violation")
    started_at = moment(AT)
    ended_at = moment(LAST, description="its last violation so far")
    violation_count = count(60)
    member_count = count(24)
    bystander_violations = count(2, description="in the same minutes, by members who are not of it")
    usual_per_hour = positive(1.4, description="violations an hour at this hour of the day")
    actions = _actions("IncidentActions")
    rules = many(IncidentRuleAnswer, description="at most eight, the most broken first")
    channels = many(IncidentChannelAnswer, description="at most eight, where the bot named them")
    looked_after_by = words("815", null=True, description="a person's id, or a token's")
    looked_after_by_username = username()
    looked_after_at = moment(AT, null=True)
    notes_count = count(1)
    revision = count(3, description="grows with every change")


class IncidentsAnswer(Answer):
    incidents = many(IncidentAnswer, description="latest first")
    next_cursor = cursor()


class IncidentMemberAnswer(Answer):
    user_id = person("815")
    username = username()
    avatar = avatar()
    violation_count = count(3)
    first_at = moment(AT)
    last_at = moment(LAST)
    actions = _actions("IncidentMemberActions")
    warning_level = whole(2, 0, 5, description="as it is now")
    pending_appeals = count(0)


class IncidentMembersAnswer(Answer):
    members = many(IncidentMemberAnswer, description="most violations first")
    members_cursor = cursor()


class TimelineEntryAnswer(Answer):
    at = moment(AT)
    kind = one_of(KINDS, "first_action")
    action = one_of(ACTIONS, "ban", null=True, description="of `first_action`")
    alert_id = words(None, null=True, description="of `alert_opened` and `alert_closed`")
    by = words(None, null=True, description="a person's id, or a token's")
    by_username = username()


class NoteAnswer(Answer):
    id = uuid("b1a5f2f4-1d75-4a0e-9d1c-6b1f0c2d3e33")
    at = moment(AT)
    text = words("Invites closed until morning.")
    by = words("815", null=True, description="a person's id, or a token's")
    by_username = username()


class IncidentDetailAnswer(IncidentAnswer, IncidentMembersAnswer):
    series = fields.Nested(
        Answer.from_dict(
            {
                "from": moment("2026-03-18T10:12:40.000Z", description="start of the first bucket"),
                "bucket_seconds": count(5),
                "violations": fields.List(count(4), metadata={"description": "oldest first"}),
            },
            name="IncidentSeries",
        )
    )
    timeline = many(TimelineEntryAnswer, description="oldest first")
    notes = many(NoteAnswer, description="oldest first")
    previous_id = words(None, null=True, description="the incident before this one")
    next_id = words(None, null=True, description="the one after it")
