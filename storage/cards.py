"""Where each person's card of a ticket stands: the one message that is edited as things happen."""

from datetime import datetime

import sqlalchemy as sa

from . import schema
from .changes import ChangeSet
from .ids import new_id
from .ledger import Ledger, Row
from .plain import once
from .tickets import card_of
from .work import Work


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


async def spare_answer(work: Work) -> None:
    """Leave the empty answer to a press out where the pressed button goes away in the same change set.

    A client shows that a button works until it is answered, or is not there any more: when a question becomes the next
    one, or when the state of a card's ticket changes, from which its buttons follow.
    """
    if work.query_id is None or work.has_answered or work.pressed is None or work.chat_id is None:
        return
    said = [values for table, values in work.changes.inserts if table is schema.outbox]
    is_card = await stands_at(work.ledger, work.chat_id, work.pressed)
    if is_card or _is_adopted(work):
        moved = {
            row_id for (name, row_id), (_, to) in work.changes.updates.items() if name == "ticket" and "state" in to
        }
        moved |= {values["id"] for table, values in work.changes.inserts if table is schema.ticket}
        goes = any(
            one["method"] == "card" and one["chat_id"] == work.chat_id and one["ticket_id"] in moved for one in said
        )
    else:
        goes = any(one["method"] == "edit" and one["params"]["edit"] == work.pressed for one in said)
    if goes:
        work.spare_answer()


def _is_adopted(work: Work) -> bool:
    """Whether the pressed message becomes a card in this change set."""
    made = [values for table, values in work.changes.inserts if table is schema.card]
    return any(one["message_id"] == work.pressed and one["chat_id"] == work.chat_id for one in made)
