"""What retention, archives and deletion need: since when a row says nothing personal any more, and files to delete."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this version."""
    op.add_column("person", sa.Column("merged_into_id", sa.BigInteger(), nullable=True))
    op.add_column("person", sa.Column("erased_at", sa.BigInteger(), nullable=True))
    op.add_column("ticket", sa.Column("anonymised_at", sa.BigInteger(), nullable=True))
    _index("ix_person_merged_into_id", "person", "merged_into_id", "merged_into_id IS NOT NULL")
    _index("ix_ticket_over", "ticket", "id", "closed_at IS NOT NULL AND anonymised_at IS NULL")
    _index("ix_attachment_unwanted", "attachment", "id", "copy_state = 'unwanted'")


def _index(name: str, table: str, column: str, where: str) -> None:
    op.create_index(name, table, [column], unique=False, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
