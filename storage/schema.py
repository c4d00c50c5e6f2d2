"""The tables, in SQLAlchemy Core, the same on SQLite and PostgreSQL.

Ids are made by the application (`storage.ids`), so that a decision can name a row before it is committed.
Every row that can change carries `version`: a change set names the version it was decided on, and is thrown
away when somebody was faster. Times are aware UTC; JSON columns hold plain data.
"""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


class UtcTime(TypeDecorator[datetime]):
    """An aware UTC time, kept as whole microseconds since 1970, which sorts and compares alike on both engines."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> int | None:
        """Refuse naive times; anything else becomes microseconds."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        delta = value - EPOCH
        return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds

    def process_result_value(self, value: Any | None, _dialect: Dialect) -> datetime | None:
        """Give back an aware UTC time."""
        return None if value is None else datetime.fromtimestamp(value / 1_000_000, UTC)


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False)


def _ref(name: str, table: str, *, null: bool = False, index: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, sa.ForeignKey(f"{table}.id"), nullable=null, index=index)


def _version() -> sa.Column[int]:
    return sa.Column("version", sa.Integer, nullable=False, server_default="1", default=1)


def _time(name: str, *, null: bool = True) -> sa.Column[datetime]:
    return sa.Column(name, UtcTime, nullable=null)


def _words(name: str, *, null: bool = True) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=null)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(
        name, sa.Boolean(create_constraint=False), nullable=False, default=False, server_default=sa.false()
    )


def _urgent_first(name: str, where: str, *, of: str | None = None) -> sa.Index:
    """One short list of tickets in the order in which it is read: danger first, then what is due first.

    `where` says in the very words of `storage.states` what is on it, so that it stays short however many are over.
    """
    columns: list[Any] = [of] if of else []
    columns += [sa.text("is_danger DESC"), "resolution_due_at", "id"]
    return sa.Index(f"ix_ticket_{name}", *columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


# --- the structure: what an import brings -------------------------------------------------------------------

place = sa.Table(
    "place",
    metadata,
    _id(),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    sa.Column("level", sa.Text, nullable=False),  # district street community estate building unit grid village …
    _words("name", null=False),
    _words("name_en"),
    sa.Column("number", sa.Text),  # what people call it in an address: "3" of 3栋, "2" of 2单元
    _ref("parent_id", "place", null=True, index=True),
    _ref("grid_id", "place", null=True, index=True),  # the grid that covers a building
    sa.Column("latitude", sa.Float),
    sa.Column("longitude", sa.Float),
    _words("hotline"),
    _time("retired_at"),
    _version(),
)

kind = sa.Table(
    "kind",
    metadata,
    _id(),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    _words("name", null=False),
    _words("name_en", null=False),
    sa.Column("emoji", sa.Text),
    sa.Column("limits", sa.JSON, nullable=False),
    _flag("is_confidential"),
    _flag("needs_proof"),  # one photo before 办好了
    _flag("needs_place"),
    sa.Column("position", sa.Integer, nullable=False),
    _time("retired_at"),
    _version(),
)

routing_rule = sa.Table(
    "routing_rule",
    metadata,
    _id(),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("kinds", sa.JSON),  # list of kind codes, null = every kind
    _ref("place_id", "place", null=True),
    sa.Column("is_danger", sa.Boolean(create_constraint=False)),
    sa.Column("chain", sa.Text, nullable=False),  # "grid_worker > building_head+unit_head > duty_secretary"
    _time("retired_at"),
    _version(),
)

calendar_day = sa.Table(
    "calendar_day",
    metadata,
    _id(),  # the date as yyyymmdd
    _flag("is_working"),
    _words("note"),
    _version(),
)

setting = sa.Table(
    "setting",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

counter = sa.Table(
    "counter",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("next", sa.BigInteger, nullable=False),
)

# --- people --------------------------------------------------------------------------------------------------

person = sa.Table(
    "person",
    metadata,
    _id(),
    sa.Column("code", sa.Text, unique=True),  # the import's key; null for those who came by themselves
    sa.Column("telegram_id", sa.BigInteger, unique=True),
    _words("name", null=False),
    _words("phone"),
    sa.Column("language", sa.Text, nullable=False, default="zh-CN", server_default="zh-CN"),
    _flag("has_chosen_language"),
    _ref("home_id", "place", null=True, index=True),
    sa.Column("room", sa.Text),
    _time("consented_at"),
    sa.Column("on_duty", sa.Boolean(create_constraint=False)),  # the personal switch; null = by working time
    _time("unreachable_at"),  # blocked the bot
    _time("activities_off_at"),  # wants no invitations to activities
    _time("last_assigned_at"),
    _time("created_at", null=False),
    _time("retired_at"),
    sa.Column("merged_into_id", sa.BigInteger),  # the record of the same human being that is used instead
    _time("erased_at"),  # nothing here says any more who it was
    _version(),
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
    _id(),
    _ref("person_id", "person", index=True),
    sa.Column("role", sa.Text, nullable=False),
    _ref("place_id", "place"),
    _time("granted_at", null=False),
    _ref("granted_by", "person", null=True),
    _time("revoked_at"),
    _version(),
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
    _id(),
    _ref("person_id", "person", index=True),  # the elder
    _ref("relative_id", "person", index=True),
    _words("relation"),
    _time("asked_at", null=False),
    _time("consented_at"),
    _time("ended_at"),
    _version(),
    sa.UniqueConstraint("person_id", "relative_id"),
)

invitation = sa.Table(
    "invitation",
    metadata,
    _id(),
    sa.Column("code_hash", sa.Text, nullable=False, unique=True),
    sa.Column("role", sa.Text, nullable=False),
    _ref("place_id", "place"),
    _ref("for_person_id", "person", null=True),  # a person the import already named
    _ref("created_by", "person", null=True),
    _time("created_at", null=False),
    _time("expires_at", null=False),
    _time("used_at"),
    _ref("used_by", "person", null=True),
    _version(),
)

poster = sa.Table(
    "poster",
    metadata,
    _id(),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    _ref("place_id", "place", index=True),
    _time("created_at", null=False),
    _time("withdrawn_at"),
    _version(),
)

# --- what is asked for ---------------------------------------------------------------------------------------

_OPEN = "state IN ('accepted', 'controlled', 'done', 'new', 'offered', 'on_site', 'waiting')"

ticket = sa.Table(
    "ticket",
    metadata,
    _id(),
    sa.Column("number", sa.BigInteger, nullable=False, unique=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    _ref("owner_id", "person"),
    _ref("filed_by_id", "person"),
    _ref("assignee_id", "person", null=True),
    _ref("place_id", "place", null=True),
    sa.Column("room", sa.Text),
    _words("spot"),
    sa.Column("latitude", sa.Float),
    sa.Column("longitude", sa.Float),
    _words("words", null=False),
    sa.Column("intent", sa.Text, nullable=False),
    _words("for_whom"),  # "my mother", when the owner speaks for somebody else
    _words("caller_phone"),  # a caller without a chat, filed by staff
    _flag("is_danger"),
    _flag("is_confidential"),
    _flag("is_anonymous"),
    sa.Column("limits", sa.JSON, nullable=False),  # the limits it began with
    _time("created_at", null=False),
    _time("offered_at"),
    _time("response_due_at", null=False),
    _time("resolution_due_at", null=False),
    _time("accepted_at"),
    _time("arrived_at"),
    _time("controlled_at"),
    _time("asked_at"),
    _time("danger_at"),
    sa.Column("paused_seconds", sa.Integer, nullable=False, default=0, server_default="0"),
    _time("overdue_at"),
    _time("done_at"),
    _words("done_words"),
    _time("closed_at"),
    sa.Column("closed_how", sa.Text),  # confirmed, without_answer, withdrawn, refused, merged
    sa.Column("disputes", sa.Integer, nullable=False, default=0, server_default="0"),
    sa.Column("stars", sa.Integer),
    _words("rating_words"),
    _time("rung_back_at"),  # somebody who gave one or two stars was rung
    _time("objected_at"),  # a refusal came back: once
    _time("limits_at"),  # since when it has these limits, when its kind was changed
    _ref("merged_into_id", "ticket", null=True),
    sa.Column("tier", sa.Integer, nullable=False, default=0, server_default="0"),  # how far down the chain
    sa.Column("same_key", sa.Text, unique=True),  # of two neighbours who report one thing at once, one gets it
    sa.Column("route", sa.JSON),  # the rule, the reason and who was passed over, for staff
    _time("anonymised_at"),  # only what statistics need is left
    _version(),
    sa.Index("ix_ticket_owner_id_created_at", "owner_id", "created_at"),
    sa.Index("ix_ticket_place_id_kind_created_at", "place_id", "kind", "created_at"),
    sa.Index(
        "ix_ticket_open",
        "place_id",
        "created_at",
        sqlite_where=sa.text(_OPEN),
        postgresql_where=sa.text(_OPEN),
    ),
    _urgent_first("in_hand", "state IN ('accepted', 'controlled', 'on_site', 'waiting')", of="assignee_id"),
    _urgent_first("not_taken", "state IN ('new', 'offered')"),
    _urgent_first(
        "late", "overdue_at IS NOT NULL AND state IN ('accepted', 'controlled', 'new', 'offered', 'on_site', 'waiting')"
    ),
    _urgent_first("low", "state = 'closed' AND stars <= 2 AND rung_back_at IS NULL"),
    _urgent_first("disputed", "state IN ('new', 'offered') AND (disputes >= 2 OR objected_at IS NOT NULL)"),
    sa.Index(
        "ix_ticket_over",
        "id",
        sqlite_where=sa.text("closed_at IS NOT NULL AND anonymised_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NOT NULL AND anonymised_at IS NULL"),
    ),
)

offer = sa.Table(
    "offer",
    metadata,
    _id(),
    _ref("ticket_id", "ticket", index=True),
    _ref("person_id", "person"),
    sa.Column("tier", sa.Integer, nullable=False),
    _time("offered_at", null=False),
    _time("due_at", null=False),
    sa.Column("state", sa.Text, nullable=False),  # open, accepted, declined, withdrawn
    sa.Column("reason", sa.JSON),
    _words("words"),
    _version(),
    sa.Index("ix_offer_person_id", "person_id"),
    sa.Index(
        "ix_offer_open",
        "person_id",
        "due_at",
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    ),
)

follower = sa.Table(
    "follower",
    metadata,
    _id(),
    _ref("ticket_id", "ticket"),
    _ref("person_id", "person", index=True),
    _words("words"),
    _time("joined_at", null=False),
    _version(),
    sa.UniqueConstraint("ticket_id", "person_id"),
)

history = sa.Table(
    "history",
    metadata,
    _id(),
    _ref("ticket_id", "ticket", index=True),
    _time("at", null=False),
    _ref("actor_id", "person", null=True),  # null = the clock
    sa.Column("event", sa.Text, nullable=False),
    sa.Column("old_state", sa.Text),
    sa.Column("new_state", sa.Text, nullable=False),
    sa.Column("why", sa.JSON),
)

attachment = sa.Table(
    "attachment",
    metadata,
    _id(),
    _ref("ticket_id", "ticket", index=True),
    _ref("added_by_id", "person"),
    sa.Column("media", sa.Text, nullable=False),  # photo, voice, video, document, location
    sa.Column("purpose", sa.Text, nullable=False),  # report, added, answer, proof
    sa.Column("file_id", sa.Text),
    sa.Column("file_unique_id", sa.Text),
    sa.Column("copy_state", sa.Text, nullable=False, default="waiting", server_default="waiting"),
    sa.Column("copy_attempts", sa.Integer, nullable=False, default=0, server_default="0"),
    _time("copy_due_at"),
    sa.Column("stored_as", sa.Text),  # its name in the media store
    _time("added_at", null=False),
    _version(),
    sa.Index(
        "ix_attachment_waiting",
        "id",
        sqlite_where=sa.text("copy_state = 'waiting' AND file_id IS NOT NULL"),
        postgresql_where=sa.text("copy_state = 'waiting' AND file_id IS NOT NULL"),
    ),
    sa.Index(
        "ix_attachment_unwanted",
        "id",
        sqlite_where=sa.text("copy_state = 'unwanted'"),
        postgresql_where=sa.text("copy_state = 'unwanted'"),
    ),
    sa.Index(
        "ix_attachment_stored_as",
        "stored_as",
        sqlite_where=sa.text("stored_as IS NOT NULL"),
        postgresql_where=sa.text("stored_as IS NOT NULL"),
    ),
)

card = sa.Table(
    "card",
    metadata,
    _id(),
    _ref("ticket_id", "ticket"),
    _ref("person_id", "person"),
    sa.Column("chat_id", sa.BigInteger, nullable=False),
    sa.Column("message_id", sa.BigInteger, nullable=False),
    _time("sent_at", null=False),
    _version(),
    sa.UniqueConstraint("ticket_id", "person_id"),
    sa.Index("ix_card_chat_id_message_id", "chat_id", "message_id"),
)

# --- notices -------------------------------------------------------------------------------------------------

notice = sa.Table(
    "notice",
    metadata,
    _id(),
    _ref("author_id", "person"),
    _ref("place_id", "place", index=True),
    sa.Column("audience", sa.Text, nullable=False),  # everybody, residents, staff, volunteers
    sa.Column("kind", sa.Text, nullable=False),  # official, fraud, activity
    _words("words", null=False),
    sa.Column("photo", sa.Text),  # its file_id
    _flag("has_receipt"),  # with the button 收到
    _flag("is_urgent"),  # passes the quiet hours
    sa.Column("state", sa.Text, nullable=False),  # scheduled, going, paused, ended, stopped
    _time("due_at", null=False),
    _time("created_at", null=False),
    _time("spoke_at"),  # when this round began
    _time("ended_at"),
    sa.Column("round", sa.Integer, nullable=False, default=1, server_default="1"),  # a reminder is the next one
    sa.Column("listed_to", sa.BigInteger, nullable=False, default=0, server_default="0"),  # the last person listed
    _flag("is_listed"),  # everybody is on the list of recipients
    sa.Column("message_id", sa.BigInteger),  # where the author watches it go
    _time("shown_at"),
    _version(),
    sa.Index(
        "ix_notice_going",
        "id",
        sqlite_where=sa.text("state = 'going'"),
        postgresql_where=sa.text("state = 'going'"),
    ),
)

notice_recipient = sa.Table(
    "notice_recipient",
    metadata,
    _id(),
    _ref("notice_id", "notice"),
    _ref("person_id", "person", index=True),
    sa.Column("state", sa.Text, nullable=False),  # waiting, queued, sent, unreachable, suppressed, unknown
    sa.Column("outbox_id", sa.BigInteger),
    _time("sent_at"),  # the first time it arrived
    _time("read_at"),  # pressed 收到
    _version(),
    sa.UniqueConstraint("notice_id", "person_id"),
    sa.Index(
        "ix_notice_recipient_waiting",
        "notice_id",
        "id",
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    ),
    sa.Index(
        "ix_notice_recipient_queued",
        "notice_id",
        "id",
        sqlite_where=sa.text("state = 'queued'"),
        postgresql_where=sa.text("state = 'queued'"),
    ),
)

# --- the machine ---------------------------------------------------------------------------------------------

inbox = sa.Table(
    "inbox",
    metadata,
    _id(),  # Telegram's update_id
    sa.Column("lane", sa.Text, nullable=False),
    sa.Column("shard", sa.SmallInteger, nullable=False, default=0, server_default="0"),  # of its lane: leases.shard_of
    sa.Column("payload", sa.LargeBinary),
    _time("received_at", null=False),
    sa.Column("state", sa.Text, nullable=False),  # new, done, set_aside
    sa.Column("attempts", sa.Integer, nullable=False, default=0, server_default="0"),
    sa.Column("begun", sa.SmallInteger, nullable=False, default=0, server_default="0"),  # as a leftover
    sa.Column("error", sa.Text),
    _time("done_at"),
    _version(),
    sa.Index(
        "ix_inbox_waiting",
        "received_at",
        "id",
        sqlite_where=sa.text("state = 'new'"),
        postgresql_where=sa.text("state = 'new'"),
    ),
    sa.Index(
        "ix_inbox_set_aside",
        "id",
        sqlite_where=sa.text("state = 'set_aside'"),
        postgresql_where=sa.text("state = 'set_aside'"),
    ),
    sa.Index(
        "ix_inbox_lane", "lane", "id", postgresql_where=sa.text("state = 'new'"), info={"only": "postgresql"}
    ).ddl_if(dialect="postgresql"),
)

conversation = sa.Table(
    "conversation",
    metadata,
    _id(),  # the person's Telegram id: conversations are private
    sa.Column("flow", sa.Text),
    sa.Column("step", sa.Text),
    sa.Column("draft", sa.JSON),
    _time("updated_at", null=False),
    _version(),
)

outbox = sa.Table(
    "outbox",
    metadata,
    _id(),
    sa.Column("priority", sa.Integer, nullable=False),
    _time("due_at", null=False),
    _time("created_at", null=False),
    sa.Column("chat_id", sa.BigInteger, nullable=False),
    sa.Column("person_id", sa.BigInteger),
    sa.Column("ticket_id", sa.BigInteger),
    sa.Column("method", sa.Text, nullable=False),  # message, card, edit, answer, media, …
    sa.Column("message", sa.Text),
    sa.Column("params", sa.JSON, nullable=False),
    sa.Column("state", sa.Text, nullable=False),  # held, queued, sending, sent, failed, suppressed, unknown
    sa.Column("attempts", sa.Integer, nullable=False, default=0, server_default="0"),
    sa.Column("unique_key", sa.Text, unique=True),
    sa.Column("telegram_message_id", sa.BigInteger),
    sa.Column("error", sa.Text),
    _time("sent_at"),
    _version(),
    sa.Index(
        "ix_outbox_queued",
        "priority",
        "id",
        sqlite_where=sa.text("state = 'queued'"),
        postgresql_where=sa.text("state = 'queued'"),
    ),
    sa.Index(
        "ix_outbox_held",
        "due_at",
        sqlite_where=sa.text("state = 'held'"),
        postgresql_where=sa.text("state = 'held'"),
    ),
    sa.Index(
        "ix_outbox_sending",
        "id",
        sqlite_where=sa.text("state = 'sending'"),
        postgresql_where=sa.text("state = 'sending'"),
    ),
    sa.Index("ix_outbox_chat_id_telegram_message_id", "chat_id", "telegram_message_id"),
    sa.Index(
        "ix_outbox_ticket_under_way",
        "ticket_id",
        sqlite_where=sa.text("state IN ('queued', 'held', 'sending') AND method = 'card'"),
        postgresql_where=sa.text("state IN ('queued', 'held', 'sending') AND method = 'card'"),
    ),
)

reminder = sa.Table(
    "reminder",
    metadata,
    _id(),
    sa.Column("subject", sa.Text, nullable=False),  # "ticket:123", "draft:456"
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("occurrence", sa.Text, nullable=False),
    _time("due_at", null=False),
    sa.Column("params", sa.JSON),
    sa.Column("state", sa.Text, nullable=False),  # scheduled, fired, cancelled
    _time("fired_at"),
    _version(),
    sa.UniqueConstraint("subject", "kind", "occurrence"),
    sa.Index(
        "ix_reminder_waiting",
        "due_at",
        "id",
        sqlite_where=sa.text("state = 'scheduled'"),
        postgresql_where=sa.text("state = 'scheduled'"),
    ),
)

lease = sa.Table(
    "lease",
    metadata,
    _id(),
    sa.Column("name", sa.Text, nullable=False, unique=True),  # lanes:00 … lanes:63, sender, clock, copies, poller
    sa.Column("owner", sa.Text),  # a replica; null = free
    _time("until"),  # by the database's own clock
    _version(),  # changes with the owner alone: a fencing token
)

replica = sa.Table(
    "replica",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    _time("seen_at", null=False),  # its last heartbeat, by the database's own clock
)

audit = sa.Table(
    "audit",
    metadata,
    _id(),
    _time("at", null=False),
    sa.Column("telegram_id", sa.BigInteger),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("data", sa.JSON),
)
