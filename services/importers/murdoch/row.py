"""One row of the earlier bot's file, value by value: any of them may be missing or of any type."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from adapters.murdoch_file import Value
from domain.clock import AHEAD_MS, parse_rfc3339
from domain.snowflake import HIGHEST_SNOWFLAKE
from services.importers.murdoch.report import RefusedError

_MILLISECOND = timedelta(milliseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAMESPACE = UUID("6c1e3f52-8f0b-5a54-9e3f-6a2d1b7c90aa")
_DISCORD_EPOCH_MS = 1_420_070_400_000  # nothing on Discord is older than 2015
_HIGHEST_COUNT = 1_000_000_000  # of anything in an hour: more is no count but damage
_PLAIN_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[ T](\d\d(?::\d\d(?::\d\d(?:\.\d+)?)?)?))?(?: ?UTC)?", re.ASCII
)


class MurdochRow:
    """`notes` collects what was done to values that could not be taken as they were."""

    def __init__(self, values: Mapping[str, Value], now_ms: int) -> None:
        self._values, self._now_ms = values, now_ms
        self.notes: dict[str, None] = {}  # for its order: the same file gets the same report

    def note(self, what: str) -> None:
        self.notes[what] = None

    def has(self, name: str) -> bool:
        return self._values.get(name) is not None

    def text(self, name: str) -> str:
        """The value as text that both databases can store; empty when there is none."""
        value = self._values.get(name)
        if value is None:
            return ""
        if not isinstance(value, bytes):
            return str(value)
        try:
            text = value.decode()
        except UnicodeDecodeError:
            text = value.decode(errors="replace")
            self.note("text that is not UTF-8: unreadable characters replaced")
        if "\0" in text:
            self.note("NUL characters left out")
        return text.replace("\0", "")

    def text_up_to(self, name: str, longest: int) -> str:
        text = self.text(name)
        if len(text) <= longest:
            return text
        self.note(f"{name} cut to {longest:,} characters")
        return text[: longest - 1] + "…"

    def one_of(self, name: str, words: tuple[str, ...], default: str | None = None) -> str:
        """One of `words`, however it is capitalised; `default`, if any, where there is none."""
        word = self.text(name).strip().lower()
        if not word and default is not None:
            self.note(f"{name} missing: taken as {default}")
            return default
        if word not in words:
            raise RefusedError(f"{name} is none of {', '.join(words)}", self.text(name) or None)
        return word

    def snowflake(self, name: str) -> int:
        number = self._whole(name)
        if number is None or not 0 < number <= HIGHEST_SNOWFLAKE:
            raise RefusedError(f"{name} is not a Discord id", self.text(name) or None)
        return number

    def snowflake_or_none(self, name: str) -> int | None:
        number = self._whole(name)
        if number is not None and 0 < number <= HIGHEST_SNOWFLAKE:
            return number
        if number != 0 and self.text(name).strip():
            self.note(f"{name} is not a Discord id: left out")
        return None

    def count(self, name: str) -> int:
        """A number of things in an hour; 0 where there is none."""
        number = self._whole(name) if self.has(name) else 0
        if number is None or not 0 <= number <= _HIGHEST_COUNT:
            raise RefusedError(f"{name} is not a count", self.text(name))
        return number

    def level(self, name: str, highest: int) -> int:
        """From 0 (also where there is none) to `highest`."""
        number = self._whole(name) if self.has(name) else 0
        if number is None or not 0 <= number <= highest:
            raise RefusedError(f"{name} is not within 0 to {highest}", self.text(name))
        return number

    def whole_within(self, name: str, lowest: int, highest: int, default: int) -> int:
        number = self._whole(name)
        if number is not None and lowest <= number <= highest:
            return number
        if self.has(name):
            self.note(f"{name} is not within {lowest} to {highest}: taken as {default}")
        return default

    def number_within(self, name: str, lowest: float, highest: float) -> float | None:
        """The number, if it is one within the bounds; else None, with a note."""
        try:
            number = float(self.text(name).strip() or "nan")
        except ValueError:
            number = float("nan")
        if lowest <= number <= highest:
            return number
        if self.has(name):
            self.note(f"{name} is not within {lowest} to {highest}: left out")
        return None

    def flag(self, name: str) -> bool:
        return self.text(name).strip().lower() in ("1", "1.0", "true", "yes")

    def time_ms(self, name: str) -> int:
        """Epoch milliseconds of either form; RefusedError for no time, or an impossible one."""
        text = self.text(name).strip()
        try:
            at_ms = _parse_time(text)
        except ValueError:
            raise RefusedError(f"{name} is not a time", text or None) from None
        if not at_ms >= _DISCORD_EPOCH_MS:
            raise RefusedError(f"{name} lies before 2015", text)
        if at_ms > self._now_ms + AHEAD_MS:
            raise RefusedError(f"{name} lies in the future", text)
        return at_ms

    def time_ms_or_none(self, name: str) -> int | None:
        return self.time_ms(name) if self.text(name).strip() else None

    def uuid(self, name: str, guild_id: int, kind: str) -> UUID:
        """The id itself if it is a UUID, else one that follows from guild, kind and id."""
        text = self.text(name).strip()
        if not text:
            return self.derived_id(guild_id, kind)
        try:
            return UUID(text)
        except ValueError:
            self.note(f"{name} is not a UUID: one was derived from it")
            return derived_uuid(guild_id, kind, text)

    def derived_id(self, guild_id: int, kind: str) -> UUID:
        """An id that follows from all the row says: the same row is the same event, always."""
        said = [f"{name}={self.text(name)}" for name in sorted(self._values) if self.has(name)]
        return derived_uuid(guild_id, kind, "\n".join(said))

    def _whole(self, name: str) -> int | None:
        value = self._values.get(name)
        if isinstance(value, int):
            return value
        text = self.text(name).strip()
        # Of a REAL only the whole ones that a double holds exactly can be meant.
        if isinstance(value, float):
            return int(value) if value.is_integer() and abs(value) < 2**53 else None
        return int(text) if re.fullmatch(r"-?[0-9]{1,20}", text) else None


def derived_uuid(guild_id: int, kind: str, text: str) -> UUID:
    return uuid5(_NAMESPACE, f"{guild_id} {kind} {text}")


def _parse_time(text: str) -> int:
    """`YYYY-MM-DD HH:MM:SS` is UTC. ValueError for anything but that and RFC 3339."""
    plain = _PLAIN_TIME.fullmatch(text)
    if plain is None:
        return parse_rfc3339(text.replace(" ", "T", 1))
    day, time = plain.groups()
    moment = datetime.fromisoformat(f"{day}T{time or '00:00'}").replace(tzinfo=UTC)
    return (moment - _EPOCH) // _MILLISECOND
