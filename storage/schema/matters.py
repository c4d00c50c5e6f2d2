"""What is asked for, and everything that hangs on it."""

from typing import Any

import sqlalchemy as sa

from .base import flag, metadata, own_id, ref, time, version, words


def _urgent_first(name: str, where: str, *, of: str | None = None) -> sa.Index:
    """One short list of tickets in the order in which it is read: danger first, then what is due first.

    `where` says in the very words of `storage.states` what is on it, so that it stays short however many are over.
    """
    columns: list[Any] = [of] if of else []
    columns += [sa.text("is_danger DESC"), "resolution_due_at", "id"]
    return sa.Index(f"ix_ticket_{name}", *columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


_OPEN = "state IN ('accepted', 'controlled', 'done', 'new', 'offered', 'on_site', 'waiting')"

ticket = sa.Table(
    "ticket",
    metadata,
    own_id(),
    sa.Column("number", sa.BigInteger, nullable=False, unique=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    ref("owner_id", "person"),
    ref("filed_by_id", "person"),
    ref("assignee_id", "person", null=True),
    ref("place_id", "place", null=True),
    sa.Column("room", sa.Text),
    words("spot"),
    sa.Column("latitude", sa.Float),
    sa.Column("longitude", sa.Float),
    words("words", null=False),
    sa.Column("intent", sa.Text, nullable=False),
    words("for_whom"),  # "my mother", when the owner speaks for somebody else
    words("caller_phone"),  # a caller without a chat, filed by staff
    flag("is_danger"),
    flag("is_confidential"),
    flag("is_anonymous"),
    sa.Column("limits", sa.JSON, nullable=False),  # the limits it began with
    time("created_at", null=False),
    time("offered_at"),
    time("response_due_at", null=False),
    time("resolution_due_at", null=False),
    time("booked_until"),  # the end of the time that is booked for it: its finish limit runs from there
    time("accepted_at"),
    time("arrived_at"),
    time("controlled_at"),
    time("asked_at"),
    time("danger_at"),
    sa.Column("paused_seconds", sa.Integer, nullable=False, default=0, server_default="0"),
    time("overdue_at"),
    time("done_at"),
    words("done_words"),
    time("closed_at"),
    sa.Column("closed_how", sa.Text),  # confirmed, without_answer, withdrawn, refused, merged, nobody_found
    sa.Column("disputes", sa.Integer, nullable=False, default=0, server_default="0"),
    sa.Column("stars", sa.Integer),
    words("rating_words"),
    time("rung_back_at"),  # somebody who gave one or two stars was rung
    time("objected_at"),  # a refusal came back: once
    time("limits_at"),  # since when it has these limits, when its kind was changed
    ref("merged_into_id", "ticket", null=True),
    sa.Column("tier", sa.Integer, nullable=False, default=0, server_default="0"),  # how far down the chain
    sa.Column("same_key", sa.Text, unique=True),  # of two neighbours who report one thing at once, one gets it
    sa.Column("route", sa.JSON),  # the rule, the reason and who was passed over, for staff
    time("anonymised_at"),  # only what statistics need is left
    version(),
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
    own_id(),
    ref("ticket_id", "ticket", index=True),
    ref("person_id", "person"),
    sa.Column("tier", sa.Integer, nullable=False),
    time("offered_at", null=False),
    time("due_at", null=False),
    sa.Column("state", sa.Text, nullable=False),  # open, accepted, declined, withdrawn
    sa.Column("reason", sa.JSON),
    words("words"),
    version(),
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
    own_id(),
    ref("ticket_id", "ticket"),
    ref("person_id", "person", index=True),
    words("words"),
    time("joined_at", null=False),
    version(),
    sa.UniqueConstraint("ticket_id", "person_id"),
)

history = sa.Table(
    "history",
    metadata,
    own_id(),
    ref("ticket_id", "ticket", index=True),
    time("at", null=False),
    ref("actor_id", "person", null=True),  # null = the clock
    sa.Column("event", sa.Text, nullable=False),
    sa.Column("old_state", sa.Text),
    sa.Column("new_state", sa.Text, nullable=False),
    sa.Column("why", sa.JSON),
)

attachment = sa.Table(
    "attachment",
    metadata,
    own_id(),
    ref("ticket_id", "ticket", index=True),
    ref("added_by_id", "person"),
    sa.Column("media", sa.Text, nullable=False),  # photo, voice, video, document, location
    sa.Column("purpose", sa.Text, nullable=False),  # report, added, answer, proof
    sa.Column("file_id", sa.Text),
    sa.Column("file_unique_id", sa.Text),
    sa.Column("copy_state", sa.Text, nullable=False, default="waiting", server_default="waiting"),
    sa.Column("copy_attempts", sa.Integer, nullable=False, default=0, server_default="0"),
    time("copy_due_at"),
    sa.Column("stored_as", sa.Text),  # its name in the media store
    time("added_at", null=False),
    version(),
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
    own_id(),
    ref("ticket_id", "ticket"),
    ref("person_id", "person"),
    sa.Column("chat_id", sa.BigInteger, nullable=False),
    sa.Column("message_id", sa.BigInteger, nullable=False),
    time("sent_at", null=False),
    version(),
    sa.UniqueConstraint("ticket_id", "person_id"),
    sa.Index("ix_card_chat_id_message_id", "chat_id", "message_id"),
)
