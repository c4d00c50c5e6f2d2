"""Leases and replicas: who works on which lanes, who sends, who ticks."""

import zlib

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SHARDS = 64


def upgrade() -> None:
    """Bring the tables to this version."""
    op.create_table(
        "lease",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lease")),
        sa.UniqueConstraint("name", name=op.f("uq_lease_name")),
    )
    op.create_table(
        "replica",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replica")),
    )
    op.add_column("inbox", sa.Column("shard", sa.SmallInteger(), server_default="0", nullable=False))
    op.add_column("inbox", sa.Column("begun", sa.SmallInteger(), server_default="0", nullable=False))
    _divide()
    if op.get_bind().dialect.name == "postgresql":
        waits = sa.text("state = 'new'")
        op.create_index("ix_inbox_lane", "inbox", ["lane", "id"], unique=False, postgresql_where=waits)


def _divide() -> None:
    """Give everything that may still be worked on the shard of its lane; what is done needs none any more."""
    inbox = sa.table("inbox", sa.column("lane"), sa.column("shard"), sa.column("state"))
    connection = op.get_bind()
    is_open = inbox.c.state != "done"
    for lane in connection.execute(sa.select(inbox.c.lane).where(is_open).distinct()).scalars().all():
        shard = zlib.crc32(lane.encode()) % SHARDS
        connection.execute(sa.update(inbox).where(is_open, inbox.c.lane == lane).values(shard=shard))
