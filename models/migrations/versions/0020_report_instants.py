"""runs of reports by their instant: what a clock that was ahead has planned is looked for often"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("idx_report_occurrences_nominal_ms", "report_occurrences", ["nominal_ms"])


def downgrade() -> None:
    op.drop_index("idx_report_occurrences_nominal_ms", "report_occurrences")
