"""People, what they are where, and how they came."""

import sqlalchemy as sa

from .base import flag, metadata, own_id, ref, time, version, words

person = sa.Table(
    "person",
    metadata,
    own_id(),
    sa.Column("code", sa.Text, unique=True),  # the import's key; null for those who came by themselves
    sa.Column("telegram_id", sa.BigInteger, unique=True),
    words("name", null=False),
    words("phone"),
    sa.Column("language", sa.Text, nullable=False, default="zh-CN", server_default="zh-CN"),
    flag("has_chosen_language"),
    ref("home_id", "place", null=True, index=True),
    sa.Column("room", sa.Text),
    time("consented_at"),
    sa.Column("on_duty", sa.Boolean(create_constraint=False)),  # the personal switch; null = by working time
    time("unreachable_at"),  # blocked the bot
    time("activities_off_at"),  # wants no invitations to activities
    time("last_assigned_at"),
    time("created_at", null=False),
    time("retired_at"),
    sa.Column("merged_into_id", sa.BigInteger),  # the record of the same human being that is used instead
    time("erased_at"),  # nothing here says any more who it was
    version(),
    sa.Index(
        "ix_person_merged_into_id",
        "merged_into_id",
        sqlite_where=sa.text("merged_into_id IS NOT NULL"),
        postgresql_where=sa.text("merged_into_id IS NOT NULL"),
    ),
)

role_grant = sa.Table(
    "role_grant",
    metadata,
    own_id(),
    ref("person_id", "person", index=True),
    sa.Column("role", sa.Text, nullable=False),
    ref("place_id", "place"),
    time("granted_at", null=False),
    ref("granted_by", "person", null=True),
    time("revoked_at"),
    version(),
    sa.Index("ix_role_grant_place_id_role", "place_id", "role"),
    sa.Index(
        "uq_role_grant_held",
        "person_id",
        "role",
        "place_id",
        unique=True,
        sqlite_where=sa.text("revoked_at IS NULL"),
        postgresql_where=sa.text("revoked_at IS NULL"),
    ),
)

family_link = sa.Table(
    "family_link",
    metadata,
    own_id(),
    ref("person_id", "person", index=True),  # the elder
    ref("relative_id", "person", index=True),
    words("relation"),
    time("asked_at", null=False),
    time("consented_at"),
    time("ended_at"),
    version(),
    sa.UniqueConstraint("person_id", "relative_id"),
)

invitation = sa.Table(
    "invitation",
    metadata,
    own_id(),
    sa.Column("code_hash", sa.Text, nullable=False, unique=True),
    sa.Column("role", sa.Text, nullable=False),
    ref("place_id", "place"),
    ref("for_person_id", "person", null=True),  # a person the import already named
    ref("created_by", "person", null=True),
    time("created_at", null=False),
    time("expires_at", null=False),
    time("used_at"),
    ref("used_by", "person", null=True),
    version(),
)

poster = sa.Table(
    "poster",
    metadata,
    own_id(),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    ref("place_id", "place", index=True),
    time("created_at", null=False),
    time("withdrawn_at"),
    version(),
)
