"""Conversations: where each person stands in a flow, a row between two messages."""

from collections.abc import Collection

import sqlalchemy as sa

from . import schema
from .ledger import Ledger
from .plain import once
from .work import Conversation

_BY_IDS = once(sa.select(schema.conversation).where(schema.conversation.c.id.in_(sa.bindparam("ids", expanding=True))))


async def of(ledger: Ledger, telegram_ids: Collection[int]) -> dict[int, Conversation]:
    """The conversations of people, by numeric Telegram id; who has none is absent."""
    if not telegram_ids:
        return {}
    return {
        row["id"]: Conversation(row["id"], row["flow"], row["step"], row["draft"] or {}, row["version"])
        for row in await ledger.all(_BY_IDS, ids=list(telegram_ids))
    }


async def is_about(ledger: Ledger, telegram_id: int | None, flow: str, ticket_id: int) -> bool:
    """Whether somebody is in a flow about a ticket."""
    found = (await of(ledger, [telegram_id] if telegram_id else [])).get(telegram_id or 0)
    return found is not None and found.flow == flow and found.draft.get("ticket_id") == ticket_id
