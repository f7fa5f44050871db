"""How Alembic reaches the database: the caller puts its address into the config's attributes."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine, pool, text

from models import Base
from models.violations.text_index import is_declared

# Any number, the same for all: two processes that start together upgrade one after the other.
UPGRADE_LOCK = 7_226_401
# Who waits for a table that a dump or an export reads has everybody else wait behind it.
LOCK_SECONDS = 2


def migrate() -> None:
    attributes = context.config.attributes
    arguments = attributes.get("connect_args", {})
    engine = create_engine(attributes["url"], poolclass=pool.NullPool, connect_args=arguments)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            compare_type=True,
            include_object=is_declared,
        )
        with context.begin_transaction():
            if connection.dialect.name == "postgresql":
                # For as long as the transaction lasts: one for the session would stay behind on
                # a connection of a pooler.
                connection.execute(text(f"SELECT pg_advisory_xact_lock({UPGRADE_LOCK})"))
                connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'"))
            context.run_migrations()


migrate()
