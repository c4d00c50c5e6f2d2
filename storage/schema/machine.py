"""The machine: what came in, what goes out, what will have to be done."""

import sqlalchemy as sa

from .base import metadata, own_id, time, version

inbox = sa.Table(
    "inbox",
    metadata,
    own_id(),  # Telegram's update_id
    sa.Column("lane", sa.Text, nullable=False),
    sa.Column("shard", sa.SmallInteger, nullable=False, default=0, server_default="0"),  # of its lane: leases.shard_of
    sa.Column("payload", sa.LargeBinary),
    time("received_at", null=False),
    sa.Column("state", sa.Text, nullable=False),  # new, done, set_aside
    sa.Column("attempts", sa.Integer, nullable=False, default=0, server_default="0"),
    sa.Column("begun", sa.SmallInteger, nullable=False, default=0, server_default="0"),  # as a leftover
    sa.Column("error", sa.Text),
    time("done_at"),
    version(),
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
    own_id(),  # the person's Telegram id: conversations are private
    sa.Column("flow", sa.Text),
    sa.Column("step", sa.Text),
    sa.Column("draft", sa.JSON),
    time("updated_at", null=False),
    version(),
)

outbox = sa.Table(
    "outbox",
    metadata,
    own_id(),
    sa.Column("priority", sa.Integer, nullable=False),
    time("due_at", null=False),
    time("created_at", null=False),
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
    time("sent_at"),
    version(),
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
    own_id(),
    sa.Column("subject", sa.Text, nullable=False),  # "ticket:123", "draft:456"
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("occurrence", sa.Text, nullable=False),
    time("due_at", null=False),
    sa.Column("params", sa.JSON),
    sa.Column("state", sa.Text, nullable=False),  # scheduled, fired, cancelled
    time("fired_at"),
    version(),
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
    own_id(),
    sa.Column("name", sa.Text, nullable=False, unique=True),  # lanes:00 … lanes:63, sender, clock, copies, poller
    sa.Column("owner", sa.Text),  # a replica; null = free
    time("until"),  # by the database's own clock
    version(),  # changes with the owner alone: a fencing token
)

replica = sa.Table(
    "replica",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    time("seen_at", null=False),  # its last heartbeat, by the database's own clock
)

audit = sa.Table(
    "audit",
    metadata,
    own_id(),
    time("at", null=False),
    sa.Column("telegram_id", sa.BigInteger),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("data", sa.JSON),
)
