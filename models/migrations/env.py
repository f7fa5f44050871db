"""How Alembic reaches the database: the caller puts its address into the config's attributes."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine, pool, text

from models import Base
from models.text_index import is_declared

# Any number, the same for all: two processes that start together upgrade one after the other.
UPGRADE_LOCK = 7_226_401


def migrate() -> None:
    engine = create_engine(context.config.attributes["url"], poolclass=pool.NullPool)
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_lock({UPGRADE_LOCK})"))
            connection.commit()
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            compare_type=True,
            include_object=is_declared,
        )
        with context.begin_transaction():
            context.run_migrations()


migrate()
