"""Tables of incidents. What is found is kept true to the violations; what people add is theirs."""

from sqlalchemy import Boolean, Double, Index, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import CLUSTERED, Base, Count, EventId, Snowflake, TimestampMs, Words


class StoredIncident(Base):
    """One incident. It was taken from [from_ms, until_ms], where bystanders were as well."""

    __tablename__ = "incidents"
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    id: Mapped[EventId] = mapped_column(primary_key=True)
    from_ms: Mapped[TimestampMs]
    until_ms: Mapped[TimestampMs]
    started_ms: Mapped[TimestampMs]
    ended_ms: Mapped[TimestampMs]
    violation_count: Mapped[Count]
    member_count: Mapped[Count]
    bystander_violations: Mapped[Count]
    usual_per_hour: Mapped[float] = mapped_column(Double)
    # JSON: violations by rule hash, channel and action.
    rules: Mapped[Words]
    channels: Mapped[Words]
    actions: Mapped[Words]
    # `user:815` or `token:...`, as in the trail of alerts.
    looked_after_by: Mapped[str | None] = mapped_column(Text)
    looked_after_ms: Mapped[TimestampMs | None]
    found_ms: Mapped[TimestampMs]
    # Whether open pages were told that it is over.
    told_over: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    revision: Mapped[Count]
    __table_args__ = (
        Index(None, "guild_id", "started_ms"),
        Index(
            "idx_incidents_going_on",
            "ended_ms",
            postgresql_where=text("told_over = false"),
            sqlite_where=text("told_over = 0"),
        ),
    )


class StoredIncidentMember(Base):
    __tablename__ = "incident_members"
    __table_args__ = (Index(None, "guild_id", "user_id"), CLUSTERED)
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    incident_id: Mapped[EventId] = mapped_column(primary_key=True)
    user_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    first_ms: Mapped[TimestampMs]
    last_ms: Mapped[TimestampMs]
    violation_count: Mapped[Count]
    actions: Mapped[Words]  # JSON: violations by action


class IncidentNote(Base):
    """What people wrote about one, in the order of time."""

    __tablename__ = "incident_notes"
    __table_args__ = (CLUSTERED,)
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    incident_id: Mapped[EventId] = mapped_column(primary_key=True)
    id: Mapped[EventId] = mapped_column(primary_key=True)
    at_ms: Mapped[TimestampMs]
    by: Mapped[Words]
    text: Mapped[Words]
