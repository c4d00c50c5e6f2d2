"""Notices, and what became of each recipient's."""

import sqlalchemy as sa

from .base import flag, metadata, own_id, ref, time, version, words

notice = sa.Table(
    "notice",
    metadata,
    own_id(),
    ref("author_id", "person"),
    ref("place_id", "place", index=True),
    sa.Column("audience", sa.Text, nullable=False),  # everybody, residents, staff, volunteers
    sa.Column("kind", sa.Text, nullable=False),  # official, fraud, activity
    words("words", null=False),
    sa.Column("photo", sa.Text),  # its file_id
    flag("has_receipt"),  # with the button 收到
    flag("is_urgent"),  # passes the quiet hours
    sa.Column("state", sa.Text, nullable=False),  # scheduled, going, paused, ended, stopped
    time("due_at", null=False),
    time("created_at", null=False),
    time("spoke_at"),  # when this round began
    time("ended_at"),
    sa.Column("round", sa.Integer, nullable=False, default=1, server_default="1"),  # a reminder is the next one
    sa.Column("listed_to", sa.BigInteger, nullable=False, default=0, server_default="0"),  # the last person listed
    flag("is_listed"),  # everybody is on the list of recipients
    sa.Column("message_id", sa.BigInteger),  # where the author watches it go
    time("shown_at"),
    version(),
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
    own_id(),
    ref("notice_id", "notice"),
    ref("person_id", "person", index=True),
    sa.Column("state", sa.Text, nullable=False),  # waiting, queued, sent, unreachable, suppressed, unknown
    sa.Column("outbox_id", sa.BigInteger),
    time("sent_at"),  # the first time it arrived
    time("read_at"),  # pressed 收到
    version(),
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
