"""The control API: what a test in this process calls, for programs outside of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, is_dataclass
from typing import TYPE_CHECKING, Any

from tests.discord.errors import plain
from tests.discord.exchange import Answer, Request, json_answer

if TYPE_CHECKING:
    from tests.discord.server import Discord

PARTS = ("world", "faults", "limits", "journal", "clock")
OF_ALL = ("go_away", "come_back", "settings")


class Control:
    """`POST /_control/world/add_user {"username": "grace"}` answers what the method returns."""

    def __init__(self, discord: Discord) -> None:
        self._discord = discord

    def answer(self, request: Request) -> Answer:
        method = self._method(request.path)
        if method is None or request.method != "POST":
            return plain(404).answer()
        try:
            given = json.loads(request.body or b"{}")
            arguments = {name: _read(name, each) for name, each in given.items()}
            return json_answer(_shown(method(**arguments)))
        except (TypeError, ValueError, LookupError, AttributeError, TimeoutError) as error:
            return json_answer({"message": f"{type(error).__name__}: {error}"}, 400)

    def _method(self, path: str) -> Callable[..., object] | None:
        match path.split("/"):
            case ["", "_control", name] if name in OF_ALL:
                return _named(self._discord, name)
            case ["", "_control", part, name] if part in PARTS and not name.startswith("_"):
                return _named(getattr(self._discord, part), name)
        return None


def _named(owner: object, name: str) -> Callable[..., object] | None:
    found = getattr(owner, name, None)
    return found if callable(found) else None


def _is_id(name: str) -> bool:
    return name == "id" or name.endswith(("_id", "_ids"))


def _read(name: str, value: Any) -> Any:
    """Ids are strings in JSON and numbers here."""
    if isinstance(value, list):
        return [_read(name, each) for each in value]
    return int(value) if _is_id(name) and isinstance(value, str) else value


def _shown(value: object, name: str = "") -> object:
    if is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    if isinstance(value, dict):
        return {str(key): _shown(each, str(key)) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_shown(each, name) for each in value]
    return str(value) if _is_id(name) and isinstance(value, int) else value
