"""Who is on duty when: the rules that an import brings, and what people change of them."""

import sqlalchemy as sa

from .base import metadata, own_id, ref, time, version, words

duty_rule = sa.Table(
    "duty_rule",
    metadata,
    own_id(),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    sa.Column("role", sa.Text, nullable=False),
    ref("place_id", "place", index=True),
    sa.Column("people", sa.JSON, nullable=False),  # ids of persons, in the order of their turns
    sa.Column("turn", sa.Text, nullable=False),  # all, day, week: everybody, or one after the other
    sa.Column("days", sa.Text, nullable=False),  # storage.rules.days
    sa.Column("begins", sa.Text, nullable=False),  # "18:00", local time
    sa.Column("ends", sa.Text, nullable=False),  # not after `begins` = on the next day
    sa.Column("from_day", sa.Integer, nullable=False),  # yyyymmdd: the first turn is the first person's
    sa.Column("until_day", sa.Integer),
    time("retired_at"),
    version(),
)

shift_change = sa.Table(
    "shift_change",
    metadata,
    own_id(),
    ref("rule_id", "duty_rule", index=True),
    sa.Column("day", sa.Integer, nullable=False),  # yyyymmdd, the day on which the shift begins
    ref("holder_id", "person", index=True),  # whose shift it is
    ref("taker_id", "person", index=True),  # who takes it
    ref("back_rule_id", "duty_rule", null=True),  # what the holder takes in return
    sa.Column("back_day", sa.Integer),
    sa.Column("state", sa.Text, nullable=False),  # asked, agreed, refused, objected, withdrawn
    words("reason"),
    ref("asked_by", "person"),  # the holder, or a duty secretary who looks for somebody
    time("asked_at", null=False),
    time("answered_at"),
    ref("objected_by", "person", null=True),
    version(),
    sa.Index(
        "ix_shift_change_in_force",
        "day",
        sqlite_where=sa.text("state IN ('agreed', 'asked')"),
        postgresql_where=sa.text("state IN ('agreed', 'asked')"),
    ),
    sa.Index(
        "ix_shift_change_in_return",
        "back_day",
        sqlite_where=sa.text("state IN ('agreed', 'asked')"),
        postgresql_where=sa.text("state IN ('agreed', 'asked')"),
    ),
)

absence = sa.Table(
    "absence",
    metadata,
    own_id(),
    ref("person_id", "person", index=True),
    time("begins_at", null=False),
    time("ends_at", null=False),
    sa.Column("reason", sa.Text, nullable=False),  # ill, leave, training
    ref("told_by", "person"),
    time("created_at", null=False),
    time("ended_at"),  # taken back
    version(),
    sa.Index(
        "ix_absence_lasting",
        "ends_at",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    ),
)
