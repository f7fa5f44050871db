"""the tokens of a person are found by an index"""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

INDEX = "idx_access_tokens_created_by"


def upgrade() -> None:
    op.create_index(INDEX, "access_tokens", ["created_by"])


def downgrade() -> None:
    op.drop_index(INDEX, "access_tokens")
