"""What can be booked, and who carries it out when."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this version."""
    op.add_column("ticket", sa.Column("booked_until", sa.BigInteger(), nullable=True))
    op.add_column("kind", sa.Column("flow", sa.Text(), server_default="report", nullable=False))
    op.create_table(
        "category",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("emoji", sa.Text(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_category")),
        sa.UniqueConstraint("code", name=op.f("uq_category_code")),
    )
    op.create_table(
        "service",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("category_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("aliases", sa.Text(), nullable=True),
        sa.Column("who", sa.Text(), nullable=True),
        sa.Column("who_en", sa.Text(), nullable=True),
        sa.Column("papers", sa.Text(), nullable=True),
        sa.Column("papers_en", sa.Text(), nullable=True),
        sa.Column("question", sa.Text(), nullable=True),
        sa.Column("question_en", sa.Text(), nullable=True),
        sa.Column("fee", sa.Text(), nullable=False),
        sa.Column("fee_words", sa.Text(), nullable=True),
        sa.Column("fee_words_en", sa.Text(), nullable=True),
        sa.Column("ways", sa.JSON(), nullable=False),
        sa.Column("minutes", sa.Integer(), server_default="30", nullable=False),
        sa.Column("buffer_minutes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("lead_hours", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cancel_hours", sa.Integer(), server_default="0", nullable=False),
        sa.Column("days_ahead", sa.Integer(), server_default="30", nullable=False),
        sa.Column("providers", sa.JSON(), nullable=True),
        sa.Column("needs_approval", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("needs_presence", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("needs_code", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("is_confidential", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("is_official", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("is_off", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("address_en", sa.Text(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["category_id"], ["category.id"], name=op.f("fk_service_category_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service")),
        sa.UniqueConstraint("code", name=op.f("uq_service_code")),
    )
    op.create_index(op.f("ix_service_category_id"), "service", ["category_id"], unique=False)
    op.create_table(
        "provider",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("place_id", sa.BigInteger(), nullable=True),
        sa.Column("seats", sa.Integer(), server_default="1", nullable=False),
        sa.Column("skills", sa.JSON(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("address_en", sa.Text(), nullable=True),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_provider_person_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_provider_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider")),
        sa.UniqueConstraint("code", name=op.f("uq_provider_code")),
    )
    op.create_index(op.f("ix_provider_person_id"), "provider", ["person_id"], unique=False)
    op.create_table(
        "support",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("registered_by", sa.BigInteger(), nullable=True),
        sa.Column("registered_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_support_person_id")),
        sa.ForeignKeyConstraint(["registered_by"], ["person.id"], name=op.f("fk_support_registered_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_support")),
    )
    op.create_index(op.f("ix_support_person_id"), "support", ["person_id"], unique=False)
    op.create_index(
        "uq_support_held",
        "support",
        ["person_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "dish",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("provider_id", sa.BigInteger(), nullable=False),
        sa.Column("days", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("price", sa.Text(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_dish_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dish")),
        sa.UniqueConstraint("code", name=op.f("uq_dish_code")),
    )
    op.create_index(op.f("ix_dish_provider_id"), "dish", ["provider_id"], unique=False)
    op.create_table(
        "opening",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("provider_id", sa.BigInteger(), nullable=False),
        sa.Column("days", sa.Text(), nullable=False),
        sa.Column("begins", sa.Text(), nullable=True),
        sa.Column("ends", sa.Text(), nullable=True),
        sa.Column("is_shut", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_opening_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening")),
        sa.UniqueConstraint("code", name=op.f("uq_opening_code")),
    )
    op.create_index(op.f("ix_opening_provider_id"), "opening", ["provider_id"], unique=False)
