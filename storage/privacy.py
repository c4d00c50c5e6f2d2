"""Somebody who does not agree: what was said before is not kept."""

import sqlalchemy as sa

from . import people, schema
from .work import Work

LOOK_BACK = 500
"""How many of the newest updates are looked through; whoever does not agree has only just come."""


async def forget(work: Work) -> None:
    """Drop what somebody said before they said no. Who was named by an import, or called in a danger, stays known."""
    me = work.person
    if work.conversation is not None:
        work.conversation.clear()
    if me is None or work.telegram_id is None:
        return
    inbox, ticket = schema.inbox, schema.ticket
    if me["code"] is None and not work.grants:
        is_owner = await work.ledger.one(sa.select(ticket.c.id).where(ticket.c.owner_id == me["id"]).limit(1))
        name = me["name"] if is_owner else ""
        work.person = people.change(work, me, name=name, home_id=None, room=None, phone=None)
    newest = (
        sa.select(inbox.c.id, inbox.c.lane, inbox.c.state, inbox.c.version).order_by(inbox.c.id.desc()).limit(LOOK_BACK)
    )
    for row in await work.ledger.all(newest):
        if row["lane"] == f"u{work.telegram_id}" and row["state"] == "done":
            work.changes.update(inbox, row, payload=None)
