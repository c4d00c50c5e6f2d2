"""A draft becomes a ticket: created, offered, and shown to the one who said it, to the owner and to the family."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from . import drafts, family, group_cards, routing, schema, tickets
from .drafts import AfterDraft, ReportDraft
from .ledger import Row
from .work import Priority, Work

Ticket = dict[str, Any]
LATER_WORDS = timedelta(hours=2)
"""How long words after a danger belong to it, unless the person says that they are about something else."""


async def owner_of(work: Work, draft: ReportDraft, asker: Row) -> Row:
    """Whose matter it is: somebody it is filed for, else the one who asks. A link that has ended counts no more."""
    if draft.owner_id in {None, asker["id"]}:
        return asker
    owner = await work.ledger.get(schema.person, draft.owner_id)
    if owner is None or owner["retired_at"] is not None:
        return asker
    if draft.caller_name is not None:  # 代录: staff checked it
        return owner
    elders = {row["id"] for row in await family.elders_of(work.ledger, asker["id"])}
    if owner["id"] in elders:
        return owner
    draft.owner_id, draft.for_whom = None, draft.owner_name
    return asker


async def send(
    work: Work, draft: ReportDraft, asker: Row, *, same_key: str | None = None, shown_as: int | None = None
) -> Ticket:
    """Make the ticket and offer it; everybody whose matter it is gets a card.

    `shown_as` is a message of the asker's chat that becomes their card, instead of a new one.
    """
    owner = await owner_of(work, draft, asker)
    ticket = await tickets.create(work, replace(drafts.as_asked(draft, asker, owner), same_key=same_key))
    if draft.group is not None:
        await group_cards.adopt(work, ticket, draft.group)
    await routing.offer_next(work, ticket, asker["id"])
    if shown_as is not None:
        tickets.adopt_card(work, ticket, asker, shown_as)
    await _show(work, ticket, asker, owner, is_fresh=shown_as is None)
    return ticket


async def send_danger(work: Work, draft: ReportDraft, asker: Row) -> Ticket:
    """A danger, with whatever is known: routed at once to everybody of the first tier."""
    draft.danger = "yes"
    return await send(work, draft, asker)


async def _show(work: Work, ticket: Ticket, asker: Row, owner: Row, *, is_fresh: bool) -> None:
    """One card each. The asker's comes as an answer, the others' as news; a danger is an alarm for all."""
    urgent = bool(ticket["is_danger"])
    work.card(ticket["id"], asker, is_fresh=is_fresh, priority=Priority.ALARM if urgent else Priority.ANSWER)
    others = [owner, *await family.told(work, owner["id"], is_confidential=bool(ticket["is_confidential"]))]
    for person in others:
        work.card(ticket["id"], person, is_fresh=True, priority=Priority.ALARM if urgent else Priority.NEWS)


def after(work: Work, ticket: Row, draft: ReportDraft) -> AfterDraft | None:
    """What the conversation remembers of a ticket just made: its album, and that later words belong to a danger."""
    if not ticket["is_danger"] and draft.album is None:
        return None
    until = work.now + LATER_WORDS
    return AfterDraft(
        ticket_id=ticket["id"],
        album=draft.album,
        is_danger=bool(ticket["is_danger"]),
        is_place_guess=bool(draft.options) and not draft.is_place_sure,
        until=until.isoformat(),
    )
