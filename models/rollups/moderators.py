"""What each human moderator did: violations by hour, action and response time."""

from sqlalchemy import Connection, Index, func, select
from sqlalchemy.orm import Mapped, mapped_column

from models.base import CLUSTERED, Base, Bucket, Count, Snowflake, Words


class ModeratorRollup(Base):
    __tablename__ = "rollup_moderators"
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    epoch_hour: Mapped[Bucket] = mapped_column(primary_key=True)
    moderator_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    action: Mapped[Words] = mapped_column(primary_key=True)
    # A bucket of domain/histogram.py, or domain.rollup_deltas.NO_RESPONSE_TIME.
    response_time_bucket: Mapped[Bucket] = mapped_column(primary_key=True)
    count: Mapped[Count]
    # A moderator's name that becomes known is shown in all of their guilds.
    __table_args__ = (Index(None, "moderator_id", "guild_id"), CLUSTERED)


def moderators_since(connection: Connection, guild_id: int, epoch_hour: int) -> list[int]:
    """Who acted in the guild since that hour, the latest first."""
    rows = ModeratorRollup
    mine = (rows.guild_id == guild_id) & (rows.epoch_hour >= epoch_hour)
    query = select(rows.moderator_id).where(mine).group_by(rows.moderator_id)
    return list(connection.scalars(query.order_by(func.max(rows.epoch_hour).desc())))
