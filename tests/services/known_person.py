"""A person who has left traces everywhere, and where they still stand."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from sqlalchemy import insert, select

from domain.roles import Authenticated, Owner
from models import Base
from models.members.tables import UserWarning
from models.users.cache import learn_users
from models.users.guild_names import learn_guild_users
from models.users.wanted import want_users
from services.container import Parts, build_parts
from services.guilds import changes as guild_changes
from services.guilds import tokens as guild_tokens
from services.ingest.store import ingest_events
from tests.parts import NOW_MS, Clock, settings_for
from tests.services import stored
from tests.services.events import messages, violation

# An id as long as Discord's: no random number beside it has it in it by chance.
GUILD, PERSON = 10**17, 424_242_424_242_424_242

OWNER = Authenticated(GUILD, 1, Owner)

WARNING = {
    "guild_id": GUILD,
    "user_id": PERSON,
    "level": 2,
    "kicked_before": False,
    "timestamp_ms": NOW_MS,
    "event_id": UUID(int=1),
}


def parts_that_know(database_url: str, folder: Path) -> Parts:
    built = build_parts(settings_for(database_url.replace("+psycopg", ""), folder), Clock())
    hits = [violation(GUILD, NOW_MS - second, PERSON, rule="r") for second in range(10)]
    others = [violation(GUILD, NOW_MS, 5, moderator_id=PERSON), messages(GUILD, NOW_MS, 40)]
    ingest_events(built.database, hits + others, NOW_MS)
    act_as_moderator(built)
    return built


def act_as_moderator(parts: Parts) -> None:
    """The person did things in the guild, too; and Discord was asked for their name."""
    who = Authenticated(GUILD, PERSON, Owner, maker_id=PERSON)
    guild_changes.put_rules(parts, who, "Be kind.")
    guild_changes.put_config(parts, who, {"buffer_threshold": 7}, None)
    guild_changes.put_role(parts, who, 6, "moderator")
    guild_changes.put_role(parts, OWNER, PERSON, "admin")
    guild_tokens.create(parts, who, name="x", kind="api", role="viewer", expires_days=None)
    with parts.database.write() as connection:
        connection.execute(insert(UserWarning).values(WARNING))
        learn_users(connection, [(PERSON, "ada", None, None, NOW_MS)])
        learn_guild_users(connection, [(GUILD, (PERSON, "ada here", None, None, NOW_MS))])
        want_users(connection, [(PERSON, GUILD, True)], NOW_MS)
    parts.reads.note(GUILD, f"user:{PERSON}", "/metrics", NOW_MS)
    parts.reads.flush(parts.database)


def traces(parts: Parts) -> list[str]:
    """Where the person's id still stands."""
    made = stored.made_bodies(parts.database, [GUILD], NOW_MS)
    with parts.database.read() as connection:
        kept = {
            name: connection.execute(select(table)).all()
            for name, table in Base.metadata.tables.items()
        }
    # A Row by itself is shown shortened.
    said = {name: str([tuple(row) for row in rows]) for name, rows in kept.items()}
    found = [name for name, words in said.items() if str(PERSON) in words]
    return found + [str(key) for key, body in made.items() if str(PERSON).encode() in body]
