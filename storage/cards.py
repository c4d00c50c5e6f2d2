"""Where each person's card of a ticket stands: the one message that is edited as things happen."""

from datetime import datetime

import sqlalchemy as sa

from . import schema
from .changes import ChangeSet
from .ids import new_id
from .ledger import Ledger, Row
from .plain import once
from .tickets import card_of


async def keep(ledger: Ledger, row: Row, message_id: int, now: datetime) -> ChangeSet:
    """Remember the message that was sent for a card's row of the outbox as that person's card from now on."""
    changes = ChangeSet()
    place = {"chat_id": row["chat_id"], "message_id": message_id, "sent_at": now}
    card = await card_of(ledger, row["ticket_id"], row["person_id"])
    if card is None:
        ids = {"id": new_id(now), "ticket_id": row["ticket_id"], "person_id": row["person_id"]}
        changes.insert(schema.card, **ids, **place)
    elif card["message_id"] != message_id:
        changes.update(schema.card, card, **place)
    return changes


_AT = once(
    sa.select(schema.card.c.id).where(
        schema.card.c.chat_id == sa.bindparam("chat"), schema.card.c.message_id == sa.bindparam("message")
    )
)


async def stands_at(ledger: Ledger, chat_id: int, message_id: int) -> bool:
    """Whether a message is somebody's card."""
    return await ledger.one(_AT, chat=chat_id, message=message_id) is not None
