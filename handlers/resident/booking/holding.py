"""The time that is kept while somebody confirms: held for ten minutes, given back when they leave."""

from datetime import datetime

from handlers.context import Context
from storage import slots
from storage.booking_drafts import BookingDraft
from storage.rules.errors import NotOpen, SlotTaken
from storage.slots import Slot

from .choosing import service_of


async def hold(context: Context, draft: BookingDraft, slot: Slot) -> bool:
    """Keep a time for the one who confirms, instead of what was kept before. False when somebody was faster."""
    me, service = context.person["id"], service_of(context, draft)
    try:
        draft.hold_id = await slots.hold(
            context.work,
            me,
            service,
            slot,
            place_id=draft.place_id,
            owner_id=draft.owner_id or me,
            moving=draft.moves_id,
        )
    except (SlotTaken, NotOpen):
        return False
    draft.slot = {
        "provider_id": slot.provider_id,
        "seat": slot.seat,
        "starts_at": slot.starts_at.isoformat(),
        "ends_at": slot.ends_at.isoformat(),
    }
    return True


def as_slot(draft: BookingDraft) -> Slot | None:
    """The chosen time."""
    if draft.slot is None:
        return None
    begins, ends = (datetime.fromisoformat(draft.slot[name]) for name in ("starts_at", "ends_at"))
    return Slot(draft.slot["provider_id"], draft.slot["seat"], begins, ends)


async def let_go(context: Context, draft: BookingDraft) -> None:
    """Give back the time that is held."""
    if draft.hold_id is not None:
        await slots.release(context.work, draft.hold_id)
        draft.hold_id = None
