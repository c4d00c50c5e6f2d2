"""The first version: every table as it stood then."""

from alembic import op

from storage.schema import metadata

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create everything."""
    metadata.create_all(op.get_bind())
