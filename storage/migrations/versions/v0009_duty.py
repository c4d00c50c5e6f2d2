"""Who is on duty: rules, changes of shifts, absences."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this version."""
    op.create_table(
        "duty_rule",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("place_id", sa.BigInteger(), nullable=False),
        sa.Column("people", sa.JSON(), nullable=False),
        sa.Column("turn", sa.Text(), nullable=False),
        sa.Column("days", sa.Text(), nullable=False),
        sa.Column("begins", sa.Text(), nullable=False),
        sa.Column("ends", sa.Text(), nullable=False),
        sa.Column("from_day", sa.Integer(), nullable=False),
        sa.Column("until_day", sa.Integer(), nullable=True),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_duty_rule_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_rule")),
        sa.UniqueConstraint("code", name=op.f("uq_duty_rule_code")),
    )
    op.create_index(op.f("ix_duty_rule_place_id"), "duty_rule", ["place_id"], unique=False)
    op.create_table(
        "absence",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("begins_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("told_by", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_absence_person_id")),
        sa.ForeignKeyConstraint(["told_by"], ["person.id"], name=op.f("fk_absence_told_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_index(op.f("ix_absence_person_id"), "absence", ["person_id"], unique=False)
    op.create_index(
        "ix_absence_lasting",
        "absence",
        ["ends_at"],
        unique=False,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "shift_change",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("rule_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("holder_id", sa.BigInteger(), nullable=False),
        sa.Column("taker_id", sa.BigInteger(), nullable=False),
        sa.Column("back_rule_id", sa.BigInteger(), nullable=True),
        sa.Column("back_day", sa.Integer(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("asked_by", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("objected_by", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_shift_change_asked_by")),
        sa.ForeignKeyConstraint(["back_rule_id"], ["duty_rule.id"], name=op.f("fk_shift_change_back_rule_id")),
        sa.ForeignKeyConstraint(["holder_id"], ["person.id"], name=op.f("fk_shift_change_holder_id")),
        sa.ForeignKeyConstraint(["objected_by"], ["person.id"], name=op.f("fk_shift_change_objected_by")),
        sa.ForeignKeyConstraint(["rule_id"], ["duty_rule.id"], name=op.f("fk_shift_change_rule_id")),
        sa.ForeignKeyConstraint(["taker_id"], ["person.id"], name=op.f("fk_shift_change_taker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_change")),
    )
    op.create_index(op.f("ix_shift_change_holder_id"), "shift_change", ["holder_id"], unique=False)
    op.create_index(
        "ix_shift_change_in_force",
        "shift_change",
        ["day"],
        unique=False,
        sqlite_where=sa.text("state IN ('agreed', 'asked')"),
        postgresql_where=sa.text("state IN ('agreed', 'asked')"),
    )
    op.create_index(
        "ix_shift_change_in_return",
        "shift_change",
        ["back_day"],
        unique=False,
        sqlite_where=sa.text("state IN ('agreed', 'asked')"),
        postgresql_where=sa.text("state IN ('agreed', 'asked')"),
    )
    op.create_index(op.f("ix_shift_change_rule_id"), "shift_change", ["rule_id"], unique=False)
    op.create_index(op.f("ix_shift_change_taker_id"), "shift_change", ["taker_id"], unique=False)
