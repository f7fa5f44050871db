"""Whom and what an entry of the audit log is about, found in details as services write them."""

from __future__ import annotations

from typing import Any

import pytest

from domain.audit_subjects import MOST_MEMBERS, Subject, subjects_of

FOUND: list[tuple[str, Any, list[tuple[str, str]]]] = [
    ("roles.assign", {"user_id": "41", "before": None, "after": "admin"}, [("member", "41")]),
    ("tokens.revoke", {"id": "t", "token_id": "u"}, [("token", "u"), ("token", "t")]),
    ("schedules.update", {"before": {"id": "s"}, "after": {"id": "s"}}, [("schedule", "s")]),
    ("channels.delete", {"before": {"id": "c", "name": "x"}}, [("channel", "c")]),
    ("exports.create", {"id": "e", "export": {"id": "no"}}, [("export", "e")]),
    ("appeals.decide", {"appeal_id": "a", "before": "pending"}, [("appeal", "a")]),
    (
        "incidents.take",
        {"incident_id": "i", "before": "token:t", "after": "user:7"},
        [("incident", "i"), ("token", "t"), ("member", "7")],
    ),
    (
        "incidents.take",
        {"incident_id": "i", "before": "3f1d7f0e-7a0a-4f0f-a1a5-4f0c7f9d2b11", "after": "7"},
        [("incident", "i"), ("token", "3f1d7f0e-7a0a-4f0f-a1a5-4f0c7f9d2b11"), ("member", "7")],
    ),
    ("incidents.leave", {"before": "-7", "after": ""}, [("member", "-7")]),
    ("violations.export", {"filters": {"user_id": "7", "rule": "8"}}, [("member", "7")]),
    ("exports.create", {"export": {"filters": {"incident": "i"}}}, [("incident", "i")]),
    ("warnings.bulk_clear", {"members": {"1": 2, "2": 3}}, [("member", "1"), ("member", "2")]),
    ("rules.update", {"before": "a", "after": "see user: 7"}, []),
    ("config.update", {"before": {"mod_role_id": "9"}, "after": {"mod_role_id": None}}, []),
    ("mute", "what another bot wrote", []),
    ("mute", ["41"], []),
    ("roles.assign", {"user_id": 41, "members": ["1"], "id": None}, []),
]


@pytest.mark.parametrize(("action", "details", "found"), FOUND)
def test_an_entry_is_about_whom_its_details_name(
    action: str, details: Any, found: list[tuple[str, str]]
) -> None:
    assert subjects_of(action, details) == [Subject(*one) for one in found]


def test_of_a_bulk_change_some_are_named() -> None:
    members = {str(number): 1 for number in range(MOST_MEMBERS + 5)}
    assert len(subjects_of("incidents.clear_warnings", {"members": members})) == MOST_MEMBERS
