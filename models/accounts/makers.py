"""Of which makers of tokens Discord is to be asked anew."""

from sqlalchemy import Connection, case, exists, select

from models.accounts.logins import LoginSession
from models.accounts.memberships import Membership
from models.accounts.tokens import AccessToken, lasts


def makers_to_ask_about(
    connection: Connection, *, used_since_ms: int, known_ms: tuple[int, int], now_ms: int, most: int
) -> list[int]:
    """Who is logged in and whose tokens were used since then; whoever was asked about longest ago
    is first.

    known_ms: what Discord said between these two is known still.
    """
    said, login, token = Membership, LoginSession, AccessToken
    here = select(login.user_id).where(login.expires_ms > now_ms, login.demo_role.is_(None))
    is_used = exists().where(
        token.created_by == said.user_id, lasts(token, now_ms), token.last_used_ms >= used_since_ms
    )
    # A question that failed counts too, so that others have their turn before the next.
    failed_ms = said.claimed_until_ms
    asked_ms = case((failed_ms > said.fetched_ms, failed_ms), else_=said.fetched_ms)
    query = select(said.user_id).where(said.user_id.in_(here), is_used)
    query = query.where(~said.fetched_ms.between(*known_ms))
    return list(connection.scalars(query.order_by(asked_ms, said.user_id).limit(most)))
