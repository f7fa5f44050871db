"""The schema's one history, for both databases.

Apart from `adapters.database`, since Alembic is 10 MB that no serving process needs: import this
where it is used.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from adapters.database import Database

MIGRATIONS = Path(__file__).resolve().parent.parent / "models" / "migrations"


def upgrade(database_url: str) -> None:
    """Bring the database at `database_url` to the newest schema."""
    command.upgrade(alembic_config(database_url), "head")


def is_current(database: Database) -> bool:
    """Whether every migration has been applied."""
    with database.read() as connection:
        have = MigrationContext.configure(connection).get_current_heads()
    return set(have) == set(ScriptDirectory.from_config(alembic_config(database.url)).get_heads())


def alembic_config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    return config
