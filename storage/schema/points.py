"""Points: a double-entry ledger, the rules by which they are earned, and what they are exchanged for."""

import sqlalchemy as sa

from .base import metadata, own_id, ref, time, version, words

point_rule = sa.Table(
    "point_rule",
    metadata,
    own_id(),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    words("name", null=False),
    words("name_en", null=False),
    sa.Column("who", sa.Text, nullable=False),  # helper, resident
    sa.Column("per", sa.Text, nullable=False),  # hour, order, first, stars, report, rating
    sa.Column("errands", sa.JSON),  # codes of errands or kinds it is for; null = all
    sa.Column("points", sa.Integer, nullable=False),
    sa.Column("daily_limit", sa.Integer),
    sa.Column("months", sa.Integer),  # until they expire; null = never
    sa.Column("position", sa.Integer, nullable=False),
    time("retired_at"),
    version(),
)

account = sa.Table(
    "account",
    metadata,
    own_id(),
    sa.Column("kind", sa.Text, nullable=False),  # person; issued, spent, expired: the community's own
    ref("person_id", "person", null=True),
    sa.Column("balance", sa.BigInteger, nullable=False, default=0, server_default="0"),
    sa.Column("ranking", sa.Text),  # how they stand in it: named, hidden; null = as "a neighbour"
    version(),
    sa.UniqueConstraint("person_id"),
    sa.Index(
        "uq_account_own",
        "kind",
        unique=True,
        sqlite_where=sa.text("person_id IS NULL"),
        postgresql_where=sa.text("person_id IS NULL"),
    ),
    sa.CheckConstraint("kind <> 'person' OR balance >= 0", name="balance"),
)

transfer = sa.Table(
    "transfer",
    metadata,
    own_id(),
    sa.Column("reason", sa.Text, nullable=False),  # earned, reversed, expired, redeemed, given_back
    sa.Column("rule", sa.Text),  # the code of the rule
    ref("person_id", "person"),
    ref("ticket_id", "ticket", null=True, index=True),
    ref("reverses_id", "transfer", null=True, index=True),  # the lot that it takes back or lets expire
    sa.Column("unique_key", sa.Text, nullable=False, unique=True),  # nothing is earned twice
    sa.Column("unspent", sa.Integer, nullable=False, default=0, server_default="0"),  # of what was earned
    sa.Column("taken", sa.JSON),  # out of which lots: pairs of a transfer's id and how many points
    sa.Column("owed", sa.Integer, nullable=False, default=0, server_default="0"),  # reversed, but spent already
    time("expires_at"),
    time("told_at"),  # that it will expire
    time("at", null=False),
    version(),
    sa.Index("ix_transfer_at", "at"),
    sa.Index("ix_transfer_person_id_at", "person_id", "at"),
    sa.Index(
        "ix_transfer_left",
        "person_id",
        sqlite_where=sa.text("unspent > 0"),
        postgresql_where=sa.text("unspent > 0"),
    ),
    sa.Index(
        "ix_transfer_expiring",
        "expires_at",
        sqlite_where=sa.text("unspent > 0 AND expires_at IS NOT NULL"),
        postgresql_where=sa.text("unspent > 0 AND expires_at IS NOT NULL"),
    ),
)

posting = sa.Table(
    "posting",
    metadata,
    own_id(),
    ref("transfer_id", "transfer", index=True),
    ref("account_id", "account"),
    sa.Column("amount", sa.Integer, nullable=False),  # those of one transfer add up to nothing
    sa.Index("ix_posting_account_id_id", "account_id", "id"),
)

reward = sa.Table(
    "reward",
    metadata,
    own_id(),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    words("name", null=False),
    words("name_en", null=False),
    sa.Column("emoji", sa.Text),
    sa.Column("price", sa.Integer, nullable=False),
    sa.Column("stock", sa.Integer, nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    time("retired_at"),
    version(),
    sa.CheckConstraint("stock >= 0", name="stock"),
)

redemption = sa.Table(
    "redemption",
    metadata,
    own_id(),
    ref("person_id", "person", index=True),
    ref("reward_id", "reward"),
    ref("transfer_id", "transfer", index=True),
    sa.Column("code", sa.Text, unique=True),  # told at the hall, as long as it waits there
    sa.Column("state", sa.Text, nullable=False),  # open, fetched, cancelled, expired
    time("created_at", null=False),
    time("until_at", null=False),
    time("told_at"),  # that it goes back soon
    time("ended_at"),
    ref("handed_by", "person", null=True),
    version(),
    sa.Index(
        "ix_redemption_open",
        "until_at",
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    ),
)
