"""The cells of a violation `v` in SQL, of which either database makes lines."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto

from models.exports.cells import Dialect

# What a bot may say as it likes.
_FREE = ("rule", "reason", "action_taken")
# Numbers and words of our own: nothing in them needs an escape.
_CLOSED = (
    *("id", "timestamp", "user_id", "moderator_id", "channel_id", "message_id"),
    *("severity", "detection_type", "action", "appeal"),
)
_ALWAYS = (
    *("id", "timestamp", "user_id", "reason", "severity", "detection_type", "action"),
    "action_taken",
)
_NAMES = {
    "username": "of_member",
    "moderator_username": "of_moderator",
    "channel_name": "of_channel",
}
# Those of them that a spreadsheet reads as text.
_TEXTS = tuple(name for name in _ALWAYS if name != "timestamp")
# What spreadsheets read as a time and a number; all else is text to them.
NO_TEXT = ("timestamp", "response_time_ms")


class Style(Enum):
    RAW_CSV = auto()
    SHEET_CSV = auto()
    JSON = auto()


class ViolationCells:
    """The cells of a violation `v`, in SQL."""

    def __init__(self, dialect: Dialect, guild_id: int, style: Style) -> None:
        self._sql, self._guild_id, self.style = dialect, guild_id, style

    def plain(self, name: str) -> str:
        """The value as text or number; may be null."""
        if name in _NAMES:
            return f"{_NAMES[name]}.shown"
        if name == "id":
            return self._sql.uuid("v.id")
        if name == "timestamp":
            time = self._sql.sheet_time if self.style is Style.SHEET_CSV else self._sql.time
            return time("v.timestamp_ms")
        if name == "appeal":
            return self._appeal()
        is_defused = name in _FREE and self.style is Style.SHEET_CSV
        return self._sql.defused(f"v.{name}") if is_defused else f"v.{name}"

    def json_line(self, columns: Sequence[str]) -> str:
        """The object of a row, as text."""
        parts = [f'"{name}":{self._json_place(name)}' for name in columns]
        values = [self._json(name) for name in columns]
        return self._sql.put_in("{" + ",".join(parts) + "}", values)

    def csv_line(self, columns: Sequence[str]) -> str:
        """A row without its end, where that is not left to COPY."""
        is_quoted = [self.style is Style.SHEET_CSV and name in _TEXTS for name in columns]
        places = ['"%w"' if quoted else "%s" for quoted in is_quoted]
        return self._sql.put_in(",".join(places), [self._csv(name) for name in columns])

    def names(self) -> str:
        """Joined: how members, moderators and channels of the guild are shown."""
        totals = f"SELECT user_id FROM offender_totals WHERE guild_id = {self._guild_id}"
        acted = (
            "SELECT DISTINCT moderator_id AS user_id FROM rollup_moderators"
            f" WHERE guild_id = {self._guild_id}"
        )
        members = self._named("of_member", totals, "v.user_id")
        return members + self._named("of_moderator", acted, "v.moderator_id") + self._channels()

    def _named(self, alias: str, people: str, id: str) -> str:
        """Once a person; grouped, so that it is done before the join, which finds one row each."""
        return f"""
            LEFT JOIN (
                SELECT p.user_id, min({self._shown()}) AS shown
                FROM ({people}) AS p
                LEFT JOIN user_cache AS u ON u.user_id = p.user_id
                LEFT JOIN guild_user_names AS l
                    ON l.guild_id = {self._guild_id} AND l.user_id = p.user_id
                GROUP BY p.user_id
            ) AS {alias} ON {alias}.user_id = {id}"""

    def _channels(self) -> str:
        return f"""
            LEFT JOIN (
                SELECT c.channel_id, min({self._styled("c.name")}) AS shown
                FROM channel_names AS c WHERE c.guild_id = {self._guild_id} GROUP BY c.channel_id
            ) AS of_channel ON of_channel.channel_id = v.channel_id"""

    def _shown(self) -> str:
        """As services.users.names shows people: in a guild what was learned last counts."""
        gone = f"'Deleted User #' || {self._sql.last_six('p.user_id')}"
        name = (
            f"CASE WHEN p.user_id < 0 THEN {gone}"
            " WHEN u.user_id IS NULL OR l.cached_ms >= u.cached_ms THEN l.username"
            f" ELSE coalesce(u.username, {gone}) END"
        )
        return self._styled(f"({name})")

    def _styled(self, name: str) -> str:
        if self.style is Style.JSON:
            return self._sql.json(name)
        return self._sql.defused(name) if self.style is Style.SHEET_CSV else name

    def _appeal(self) -> str:
        """The one that weighs most; looked up only where there is any."""
        mine = f"FROM appeals AS a WHERE a.guild_id = {self._guild_id}"
        return (
            f"CASE WHEN v.id IN (SELECT a.violation_id {mine}) THEN ("
            f"SELECT a.status {mine} AND a.violation_id = v.id ORDER BY CASE a.status"
            " WHEN 'approved' THEN 0 WHEN 'pending' THEN 1 ELSE 2 END LIMIT 1) END"
        )

    def _json_place(self, name: str) -> str:
        return '"%s"' if name in _CLOSED and name in _ALWAYS else "%s"

    def _json(self, name: str) -> str:
        value = self.plain(name)
        if name in _ALWAYS:
            return self._sql.json(value) if name in _FREE else value
        if name in _CLOSED:
            value = f"""'"' || {value} || '"'"""
        elif name in _FREE:
            value = self._sql.json(value)
        elif name not in _NAMES:  # which are JSON already
            value = f"CAST({value} AS TEXT)"
        return f"coalesce({value}, 'null')"

    def _csv(self, name: str) -> str:
        value = self.plain(name)
        is_free = name in _FREE or name in _NAMES
        if self.style is Style.RAW_CSV:
            return _quoted_if_needed(value) if is_free else value
        return value if name in _TEXTS or name in NO_TEXT else _quoted(value)


def _quoted(value: str) -> str:
    return f"""'"' || replace({value}, '"', '""') || '"'"""


def _quoted_if_needed(value: str) -> str:
    needs = f"""{value} = '' OR {value} GLOB '*[,"\r\n]*'"""
    return f"CASE WHEN {needs} THEN {_quoted(value)} ELSE {value} END"
