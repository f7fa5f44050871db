"""What violations say, each wording once a guild, and how often it was said.

A guild's violations repeat their words: some hundred wordings over a million rows. Searching text
looks at the wordings, and adds up their counts, whatever the number of violations.
"""

from hashlib import sha256

from sqlalchemy import BigInteger, Connection, Index, delete, false, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.severity import SEVERITIES
from models.base import CLUSTERED, Base, Count, Snowflake, Words
from models.sql.key_list import is_one_of


def text_hash(guild_id: int, rule: str | None, reason: str) -> int:
    """64 bits of SHA-256, signed as BIGINT is: no other guild has the same for its own wording."""
    said = f"{guild_id}\0{rule or ''}\0{reason}"  # 0 stands in no text
    return int.from_bytes(sha256(said.encode()).digest()[:8], "big", signed=True)


class ViolationText(Base):
    __tablename__ = "violation_texts"
    __table_args__ = (CLUSTERED,)
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    text_hash: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    rule: Mapped[Words | None]
    reason: Mapped[Words]
    high: Mapped[Count]
    medium: Mapped[Count]
    low: Mapped[Count]
    # Rule and reason as searches compare them (domain/folding.py).
    folded: Mapped[Words] = mapped_column(server_default=text("''"))
    # Found through trigrams (models/violations/text_index.py); the others are looked at one by one.
    is_indexed: Mapped[bool] = mapped_column(default=False, server_default=false())


def drop_unsaid_texts(connection: Connection, guild_id: int, hashes: list[int]) -> None:
    """Delete those of these wordings that no violation says any more."""
    connection.execute(
        delete(ViolationText).where(
            ViolationText.guild_id == guild_id,
            is_one_of(connection, ViolationText.text_hash, hashes),
            *(getattr(ViolationText, name) == 0 for name in SEVERITIES),
        )
    )


Index(
    "idx_violation_texts_not_indexed",
    ViolationText.guild_id,
    # Without it SQLite goes through all of a guild's, which is the order they lie in.
    ViolationText.is_indexed,
    postgresql_where=ViolationText.is_indexed.is_(False),
    sqlite_where=ViolationText.is_indexed.is_(False),
)
