"""The ladder of roles, at run time and for the type checker."""

from dataclasses import FrozenInstanceError
from itertools import permutations
from pathlib import Path

import pytest
from mypy import api

from domain.roles import (
    ROLES,
    Admin,
    Authenticated,
    Moderator,
    Owner,
    Viewer,
    highest,
    name_of,
    role_named,
)

LADDER = [Viewer, Moderator, Admin, Owner]


def test_each_role_has_all_that_the_ones_before_it_have() -> None:
    assert list(ROLES.values()) == LADDER
    for rank, role in enumerate(LADDER):
        assert [issubclass(role, needed) for needed in LADDER] == [i <= rank for i in range(4)]


@pytest.mark.parametrize("name", ["viewer", "moderator", "admin", "owner"])
def test_names_round_trip(name: str) -> None:
    assert name_of(role_named(name)) == name


@pytest.mark.parametrize("name", ["", "Owner", "root"])
def test_an_unknown_role_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="unknown role"):
        role_named(name)


def test_the_highest_role_wins_in_any_order() -> None:
    assert highest([]) is None
    for size in range(1, 5):
        for roles in permutations(LADDER, size):
            assert highest(roles) is max(roles, key=LADDER.index)


def test_an_authenticated_caller_cannot_be_promoted_in_place() -> None:
    who = Authenticated[Viewer](guild_id=1, user_id=None, role=Viewer)
    with pytest.raises(FrozenInstanceError):
        who.role = Owner  # type: ignore[misc]


CALLS = """
from domain.roles import Admin, Authenticated, Owner, Viewer

def change_rules(who: Authenticated[Admin]) -> None: ...

def calls(viewer: Authenticated[Viewer], owner: Authenticated[Owner]) -> None:
    change_rules(owner)
    change_rules(viewer)
"""


def test_the_type_checker_lets_higher_roles_in_and_keeps_lower_ones_out(tmp_path: Path) -> None:
    (tmp_path / "calls.py").write_text(CALLS)
    cache = f"--cache-dir={tmp_path / 'cache'}"
    report, _, status = api.run(["--strict", cache, str(tmp_path / "calls.py")])
    assert status == 1
    assert 'calls.py:8: error: Argument 1 to "change_rules" has incompatible type' in report
    assert "Found 1 error" in report
