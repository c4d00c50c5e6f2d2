"""Indexes for what is asked often."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this version."""
    waits = sa.text("state IN ('queued', 'held', 'sending') AND method = 'card'")
    op.create_index("ix_outbox_ticket_under_way", "outbox", ["ticket_id"], sqlite_where=waits, postgresql_where=waits)
