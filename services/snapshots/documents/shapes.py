"""What the documents are made of beside facts: names, levels, and how much they list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.users.names import ShownUser

RULES_LISTED = 50
TOP_USERS = 10
RAIDS_LISTED = 50

Document = dict[str, Any]
Users = Mapping[int, ShownUser]
Levels = Mapping[tuple[int, int], int]  # by guild and user
RuleNames = Mapping[tuple[int, int], str]  # by guild and rule hash
