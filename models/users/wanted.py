"""Users whose names some answer lacks: to be asked of Discord, each by one worker.

Discord answers some forty a second to all guilds together, so each guild has its turn, with the
user it lacked last; what a guild wants beyond MOST_WANTED is forgotten until it is shown again.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import Boolean, Connection, Index, delete, func, select, union, update
from sqlalchemy.orm import Mapped, mapped_column

from domain.windows import MINUTE_MS
from models.base import Base, Count, Snowflake, TimestampMs
from models.events.tables import Violation
from models.guilds.settings import GuildRules
from models.rollups.moderators import ModeratorRollup
from models.sql.bulk import BulkInsert
from models.sql.claims import is_free

# What Discord answers in half a minute, were there no other guild.
MOST_WANTED = 1_000
RETRY_MS = MINUTE_MS // 2


class WantedUser(Base):
    __tablename__ = "wanted_users"
    user_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    # Whose answers lacked the name last; 0: not one of a guild's.
    guild_id: Mapped[Snowflake]
    # Whether answers show a name meanwhile, an old one: those without any go first.
    has_name: Mapped[bool] = mapped_column(Boolean)
    wanted_ms: Mapped[TimestampMs]
    # Until when one worker is asking, or nobody is to: Discord gave no answer.
    claimed_until_ms: Mapped[Count]
    __table_args__ = (Index(None, "guild_id", "has_name", "wanted_ms"),)


_WANT = BulkInsert(
    WantedUser,
    ("user_id", "guild_id", "has_name", "wanted_ms", "claimed_until_ms"),
    "(user_id) DO UPDATE SET guild_id = excluded.guild_id, wanted_ms = excluded.wanted_ms"
    " WHERE wanted_users.guild_id <> excluded.guild_id",
    returning=("user_id",),
)
# user id, guild, whether there is a name
Wish = tuple[int, int, bool]


def want_users(connection: Connection, wishes: Iterable[Wish], now_ms: int) -> list[int]:
    """Those of these users whom the guild had not wanted yet."""
    rows = [(*wish, now_ms, 0) for wish in sorted(wishes)]
    new = [user_id for (user_id,) in _WANT.run(connection, rows)]
    for guild_id in sorted({row[1] for row in rows}):
        _forget_beyond(connection, guild_id)
    return new


def _forget_beyond(connection: Connection, guild_id: int) -> None:
    mine = WantedUser.guild_id == guild_id
    newest = select(WantedUser.user_id).where(mine)
    newest = newest.order_by(WantedUser.has_name, WantedUser.wanted_ms.desc(), WantedUser.user_id)
    beyond = newest.offset(MOST_WANTED)
    connection.execute(delete(WantedUser).where(mine, WantedUser.user_id.in_(beyond)))


def claim_wanted(
    connection: Connection, now_ms: int, until_ms: int, limit: int
) -> list[tuple[int, bool]]:
    """Users, and whether they have a name, for one worker to ask for until the claim runs out."""
    table = WantedUser
    is_due = is_free(table.claimed_until_ms, now_ms, max(until_ms, now_ms + RETRY_MS))
    turn = func.row_number().over(
        partition_by=table.guild_id, order_by=(table.has_name, table.wanted_ms.desc())
    )
    turns = select(table.user_id, turn.label("turn")).where(is_due).subquery()
    free = select(table.user_id).join(turns, turns.c.user_id == table.user_id).where(is_due)
    free = free.order_by(table.has_name, turns.c.turn, table.wanted_ms, table.user_id).limit(limit)
    mine = free.with_for_update(skip_locked=True, of=table)
    claim = update(table).where(table.user_id.in_(list(connection.scalars(mine))))
    claimed = claim.values(claimed_until_ms=until_ms).returning(table.user_id, table.has_name)
    return sorted((user_id, has_name) for user_id, has_name in connection.execute(claimed))


def settle_wanted(connection: Connection, user_ids: Sequence[int]) -> None:
    connection.execute(delete(WantedUser).where(WantedUser.user_id.in_(user_ids)))


def release_wanted(connection: Connection, user_ids: Sequence[int]) -> None:
    change = update(WantedUser).where(WantedUser.user_id.in_(user_ids))
    connection.execute(change.values(claimed_until_ms=0))


def ask_again_later(connection: Connection, user_ids: Sequence[int], now_ms: int) -> None:
    """Discord had no answer for these: they must not keep it from the others."""
    change = update(WantedUser).where(WantedUser.user_id.in_(user_ids))
    connection.execute(change.values(claimed_until_ms=now_ms + RETRY_MS))


def guilds_showing(connection: Connection, user_ids: Sequence[int]) -> list[int]:
    """Guilds whose finished answers show the names of these users: as members or as moderators."""
    members = select(Violation.guild_id).where(Violation.user_id.in_(user_ids))
    moderator = ModeratorRollup.moderator_id
    moderators = select(ModeratorRollup.guild_id).where(moderator.in_(user_ids))
    return sorted(connection.scalars(union(members, moderators)))


def guilds_with_rules_of(connection: Connection, user_ids: Sequence[int]) -> list[int]:
    """Guilds whose rules one of these users wrote last."""
    query = select(GuildRules.guild_id).where(GuildRules.updated_by.in_(user_ids))
    return sorted(connection.scalars(query))
