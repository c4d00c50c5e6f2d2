"""Groups that the bot lives in: what each is for, its topics, and the cards that stand there."""

import sqlalchemy as sa

from .base import flag, metadata, own_id, ref, time, version

group_chat = sa.Table(
    "group_chat",
    metadata,
    own_id(),
    sa.Column("chat_id", sa.BigInteger, nullable=False, unique=True),
    ref("place_id", "place", index=True),
    sa.Column("purpose", sa.Text, nullable=False),  # staff, volunteers, neighbours
    flag("is_forum"),
    sa.Column("language", sa.Text, nullable=False, default="zh-CN", server_default="zh-CN"),  # what it is spoken to in
    ref("bound_by", "person"),
    time("bound_at", null=False),
    time("topics_refused_at"),  # the bot may not make topics there, and has said so
    time("left_at"),  # the bot was removed, or the binding was ended
    version(),
)

group_topic = sa.Table(
    "group_topic",
    metadata,
    own_id(),
    ref("group_id", "group_chat"),
    ref("place_id", "place"),
    sa.Column("thread_id", sa.BigInteger),  # null = to be made, or made again
    version(),
    sa.UniqueConstraint("group_id", "place_id"),
)

group_card = sa.Table(
    "group_card",
    metadata,
    own_id(),
    ref("ticket_id", "ticket"),
    ref("group_id", "group_chat"),
    sa.Column("message_id", sa.BigInteger),  # null = to be said, or said anew
    sa.Column("reply_to", sa.BigInteger),  # the neighbour's message that it came from
    sa.Column("thread_id", sa.BigInteger),
    time("sent_at", null=False),
    version(),
    sa.UniqueConstraint("ticket_id", "group_id"),
    sa.Index("ix_group_card_group_id_message_id", "group_id", "message_id"),
)
