"""Whose matter it is: where that person lives, and what is theirs without asking."""

from handlers.context import Context
from storage import people, supports
from storage.booking_drafts import BookingDraft
from storage.ledger import Row
from storage.rules.catalogue import Way


async def settle_owner(context: Context, draft: BookingDraft, owner: Row | None) -> None:
    """Know where the person lives, and whether 全程代办 is theirs without asking; nobody reads why."""
    draft.place_id = owner["home_id"] if owner is not None else None
    draft.room = owner["room"] if owner is not None else None
    draft.is_place_sure = draft.place_id is not None
    if owner is None or draft.way not in {None, Way.AT_HOME} or Way.AT_HOME not in draft.ways:
        return
    if await supports.is_supported(context.work.ledger, owner["id"]):
        draft.way, draft.is_full_service = Way.AT_HOME, True


async def settle_filed(context: Context, draft: BookingDraft) -> None:
    """Staff said whom they write it down for before they chose what."""
    found = await people.by_ids(context.work.ledger, [draft.owner_id]) if draft.owner_id is not None else {}
    await settle_owner(context, draft, found.get(draft.owner_id or 0))
