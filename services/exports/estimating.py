"""What an export would come to, before it is asked for."""

from __future__ import annotations

from domain.roles import Authenticated, Moderator
from services.container import Parts
from services.exports.asking import Asked
from services.exports.making import Estimate, estimate


def estimated(parts: Parts, who: Authenticated[Moderator], asked: Asked) -> Estimate:
    """Raises WishError."""
    wish = asked.wish(who.guild_id, parts.clock())
    with parts.database.read() as connection:
        return estimate(connection, wish)
