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
from adapters.postgresql import connection_arguments
from adapters.secret_box import guild_secrets

MIGRATIONS = Path(__file__).resolve().parent.parent / "models" / "migrations"


def upgrade(database_url: str, secret_key: str | None = None) -> None:
    """Bring the database at `database_url` to the newest schema.

    `secret_key` opens what is sealed there; a database without such rows needs none.
    """
    command.upgrade(alembic_config(database_url, secret_key), "head")


def is_current(database: Database) -> bool:
    """Whether the schema is exactly this release's."""
    return _heads(database) == set(_scripts(database).get_heads())


def lacks_migrations(database: Database) -> bool:
    """Whether any of this release's migrations is still to be applied.

    One that this release does not know is of a later one, whose migrations only add: processes of
    this release go on while that one is rolled out, and after a rollback.
    """
    have, scripts = _heads(database), _scripts(database)
    return not _is_later(have, scripts) and have != set(scripts.get_heads())


def is_later(database: Database) -> bool:
    """Whether the schema has a migration that this release does not know."""
    return _is_later(_heads(database), _scripts(database))


def _is_later(have: set[str], scripts: ScriptDirectory) -> bool:
    return not have <= {script.revision for script in scripts.walk_revisions()}


def _heads(database: Database) -> set[str]:
    with database.read() as connection:
        return set(MigrationContext.configure(connection).get_current_heads())


def _scripts(database: Database) -> ScriptDirectory:
    return ScriptDirectory.from_config(alembic_config(database.url))


def set_address(config: Config, url: str) -> None:
    """Have the config lead to the database at `url`, as our own connections do."""
    address, arguments = connection_arguments(url)
    config.attributes["url"] = address if url.startswith("postgresql") else url
    config.attributes["connect_args"] = arguments if url.startswith("postgresql") else {}


def alembic_config(url: str, secret_key: str | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    set_address(config, url)
    config.attributes["secrets"] = guild_secrets([secret_key]) if secret_key else None
    return config
