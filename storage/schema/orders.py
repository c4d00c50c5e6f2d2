"""Requests that neighbours answer: the menu, who helps and how, what was taken, and posts and organisations."""

import sqlalchemy as sa

from .base import flag, metadata, own_id, ref, time, version, words

# --- what an import brings -----------------------------------------------------------------------------------

errand = sa.Table(
    "errand",
    metadata,
    own_id(),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    words("name", null=False),  # 换灯泡, 取快递: a common request of the menu
    words("name_en", null=False),
    sa.Column("emoji", sa.Text),
    words("aliases"),  # everyday words, separated by blanks
    sa.Column("skills", sa.JSON),  # codes; null = anybody can
    sa.Column("minutes", sa.Integer, nullable=False, default=30, server_default="30"),
    sa.Column("helpers", sa.Integer, nullable=False, default=1, server_default="1"),
    flag("is_trusted"),  # needs no 核验
    flag("needs_sign_in"),
    sa.Column("position", sa.Integer, nullable=False),
    time("retired_at"),
    version(),
)

skill = sa.Table(
    "skill",
    metadata,
    own_id(),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    words("name", null=False),
    words("name_en", null=False),
    sa.Column("months", sa.Integer),  # how long a verified one counts; null = for good
    sa.Column("position", sa.Integer, nullable=False),
    time("retired_at"),
    version(),
)

organisation = sa.Table(
    "organisation",
    metadata,
    own_id(),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    words("name", null=False),
    words("name_en"),
    ref("place_id", "place"),  # the community it is attached to
    ref("contact_id", "person", null=True),  # who acts for it in chat
    time("retired_at"),
    version(),
)

post = sa.Table(
    "post",
    metadata,
    own_id(),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    words("category", null=False),
    words("category_en"),
    words("name", null=False),
    words("name_en"),
    ref("place_id", "place"),
    sa.Column("seats", sa.Integer, nullable=False, default=1, server_default="1"),
    sa.Column("months", sa.Integer, nullable=False, default=12, server_default="12"),  # a term
    sa.Column("position", sa.Integer, nullable=False),
    time("retired_at"),
    version(),
)

# --- people who help -----------------------------------------------------------------------------------------

helper = sa.Table(
    "helper",
    metadata,
    own_id(),
    ref("person_id", "person"),
    sa.Column("times", sa.JSON),  # "sat.morning" …; null = any time
    sa.Column("places", sa.JSON),  # ids of places; null = the whole community
    sa.Column("never", sa.JSON),  # codes of errands they do not want
    sa.Column("shown", sa.JSON),  # what neighbours may see in the talent register: name, skills, phone, fee
    words("about"),
    sa.Column("photo", sa.Text),  # its file_id
    ref("organisation_id", "organisation", null=True, index=True),  # home unit of a member on double registration
    ref("asks_organisation_id", "organisation", null=True, index=True),  # whose contact has not said so yet
    time("verified_at"),
    ref("verified_by", "person", null=True),
    time("suspended_at"),
    ref("suspended_by", "person", null=True),
    words("suspended_why"),
    time("registered_at", null=False),
    time("left_at"),
    version(),
    sa.UniqueConstraint("person_id"),
)

helper_skill = sa.Table(
    "helper_skill",
    metadata,
    own_id(),
    ref("person_id", "person", index=True),
    sa.Column("skill", sa.Text, nullable=False),  # its code
    sa.Column("fee", sa.Text, nullable=False, default="free", server_default="free"),  # free, low
    time("declared_at", null=False),
    time("verified_at"),
    ref("verified_by", "person", null=True),
    time("expires_at"),
    time("ended_at"),
    version(),
    sa.UniqueConstraint("person_id", "skill"),
)

team = sa.Table(
    "team",
    metadata,
    own_id(),
    words("name", null=False),
    ref("place_id", "place"),
    ref("leader_id", "person"),
    time("created_at", null=False),
    time("retired_at"),
    version(),
)

team_member = sa.Table(
    "team_member",
    metadata,
    own_id(),
    ref("team_id", "team"),
    ref("person_id", "person", index=True),
    time("joined_at", null=False),
    time("left_at"),
    version(),
    sa.UniqueConstraint("team_id", "person_id"),
)

post_holding = sa.Table(
    "post_holding",
    metadata,
    own_id(),
    ref("post_id", "post"),
    ref("person_id", "person", index=True),
    sa.Column("seat", sa.Integer, nullable=False),
    time("from_at", null=False),
    time("until_at", null=False),
    time("ended_at"),
    version(),
    sa.Index(
        "uq_post_holding_held",
        "post_id",
        "seat",
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    ),
    sa.Index(
        "uq_post_holding_person",
        "post_id",
        "person_id",
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    ),
)

# --- what is asked and taken ---------------------------------------------------------------------------------

help_order = sa.Table(
    "help_order",
    metadata,
    sa.Column("id", sa.BigInteger, sa.ForeignKey("ticket.id"), primary_key=True, autoincrement=False),
    ref("errand_id", "errand", null=True),
    ref("organisation_id", "organisation", null=True),  # that asks
    ref("taken_by_id", "organisation", null=True),  # that took it as an organisation
    time("starts_at"),
    time("ends_at", null=False),  # until when it is wanted
    sa.Column("minutes", sa.Integer, nullable=False),
    sa.Column("helpers", sa.Integer, nullable=False),  # as many were asked for
    sa.Column("wanted", sa.Integer, nullable=False),  # as many have to come: two, the first time, where it is needed
    sa.Column("skills", sa.JSON),
    flag("is_vulnerable"),  # lives alone, or a child: verified helpers only, the first visit by two
    flag("needs_sign_in"),
    flag("shows_phone"),  # the asker's consent
    ref("verified_by", "person", null=True),
    time("verified_at"),
    time("verify_due_at"),
    sa.Column("wave", sa.Integer, nullable=False, default=0, server_default="0"),
    time("wave_at"),
    sa.Column("code_word", sa.Text),
    time("created_at", null=False),
    version(),
)

claim = sa.Table(
    "claim",
    metadata,
    own_id(),
    ref("ticket_id", "ticket", index=True),
    ref("person_id", "person", index=True),
    sa.Column("seat", sa.Integer, nullable=False),
    sa.Column("state", sa.Text, nullable=False),  # held, done, released, missed, suspended
    ref("organisation_id", "organisation", null=True),
    flag("shows_phone"),  # the helper's consent
    time("claimed_at", null=False),
    time("ended_at"),
    flag("is_late"),  # released so late that it counts
    time("signed_in_at"),
    sa.Column("signed_how", sa.Text),  # asker, location
    sa.Column("minutes", sa.Integer),  # that count
    version(),
    sa.Index(
        "uq_claim_seat",
        "ticket_id",
        "seat",
        unique=True,
        sqlite_where=sa.text("state IN ('done', 'held')"),
        postgresql_where=sa.text("state IN ('done', 'held')"),
    ),
    sa.Index(
        "uq_claim_person",
        "ticket_id",
        "person_id",
        unique=True,
        sqlite_where=sa.text("state IN ('done', 'held')"),
        postgresql_where=sa.text("state IN ('done', 'held')"),
    ),
)

concern = sa.Table(
    "concern",
    metadata,
    own_id(),
    ref("ticket_id", "ticket", index=True),
    ref("by_id", "person"),
    ref("about_id", "person", index=True),
    words("words"),
    time("created_at", null=False),
    ref("handled_by", "person", null=True),
    time("handled_at"),
    version(),
)
