"""the key of an export's file is unique together with its guild, as a distributed database asks"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

INDEX, TABLE = "uq_export_history_storage_key", "export_history"
HAS_FILE = sa.text("storage_key IS NOT NULL")


def upgrade() -> None:
    _replace(["storage_key", "guild_id"])


def downgrade() -> None:
    _replace(["storage_key"])


def _replace(columns: list[str]) -> None:
    op.drop_index(INDEX, TABLE)
    op.create_index(
        INDEX, TABLE, columns, unique=True, postgresql_where=HAS_FILE, sqlite_where=HAS_FILE
    )
