"""For whom it is, and where that is: oneself, an elder of the family, a neighbour by name; at home, the door."""

from dataclasses import replace
from typing import Any

from handlers import flows, placing
from handlers.context import Context
from handlers.flows import Rows
from handlers.resident import elders
from handlers.resident.elders import PARENTS
from handlers.resident.names import called
from handlers.resident.short import answers, is_room, says
from handlers.said import Said
from storage import family, filing, people
from storage.booking_drafts import BookingDraft
from storage.bookings import Wanted
from storage.ledger import Row
from storage.rules.catalogue import Way
from storage.rules.press import base36, press
from storage.work import Button

from .choosing import again, service_of
from .owners import settle_owner

NEIGHBOUR = "neighbour"


async def know_elders(context: Context, draft: BookingDraft) -> None:
    """Whom the one who asks may speak for."""
    found = await family.elders_of(context.work.ledger, context.person["id"])
    draft.elders = [{"id": row["id"], "name": row["name"]} for row in found]


# --- for whom ------------------------------------------------------------------------------------------------


async def take_whom(context: Context, draft: BookingDraft, said: Said) -> bool | None:
    """An elder of the family owns the matter; anybody else is only named."""
    draft.forget("whom")
    choice = said.choice or elders.meant(draft.elders, said.text)
    if choice == "myself":
        await settle_owner(context, draft, context.person)
        return True
    if choice is not None and choice.startswith("e"):
        return await _elder(context, draft, choice[1:])
    if choice in {*PARENTS, NEIGHBOUR}:
        draft.for_whom = choice
    elif (name := called(said.text)) is not None:
        draft.for_whom = name
    else:
        return False
    await settle_owner(context, draft, None)
    return True


async def _elder(context: Context, draft: BookingDraft, code: str) -> bool:
    elder = await elders.by_code(context, code)
    if elder is None:
        return False
    draft.owner_id, draft.owner_name = elder["id"], elder["name"]
    await settle_owner(context, draft, elder)
    return True


def whom_choices(_context: Context, draft: BookingDraft) -> Rows:
    """Oneself first, the elders by name, then the usual ones."""
    by_name: Rows = [
        [("named", press("choose", f"e{base36(one['id'])}"), {"name": f"👪 {one['name']}"})] for one in draft.elders
    ]
    parents: list[Button] = [(f"whom_{one}", press("choose", one)) for one in PARENTS]
    return [
        [("book_myself", press("choose", "myself"))],
        *by_name,
        parents,
        [("book_other", press("choose", NEIGHBOUR))],
    ]


def note_whom(draft: BookingDraft, words: str) -> None:
    """Remember for whom a sentence says that it is, where that can be one person only."""
    named = [one for one in PARENTS if any(name in words.lower() for name in answers(f"my_{one}"))]
    draft.said_whom = named[0] if len(named) == 1 and not draft.elders else None


async def as_said(context: Context, draft: BookingDraft) -> bool:
    """Whom the sentence named is not asked for; "back" asks after all."""
    said, draft.said_whom = draft.said_whom, None
    found = flows.current(context)
    if said is None or found is None:
        return False
    draft.for_whom = said
    await settle_owner(context, draft, None)
    await flows.settle(context, found[0], draft, "whom", edit=context.pressed_message)
    return True


async def take_name(_context: Context, draft: BookingDraft, said: Said) -> bool:
    """What the neighbour is called."""
    if (name := called(said.text)) is None:
        return False
    draft.for_whom = name
    return True


# --- where ---------------------------------------------------------------------------------------------------


def needs_place(draft: BookingDraft) -> bool:
    """Who comes has to know where to."""
    return draft.way is Way.AT_HOME and not draft.is_place_sure


def needs_room(draft: BookingDraft) -> bool:
    """And at which door."""
    return draft.way is Way.AT_HOME and draft.is_place_sure and draft.room is None


async def take_place(context: Context, draft: BookingDraft, said: Said) -> bool | None:
    """Taps from the estate down, or a typed address."""
    work = context.work
    is_settled = placing.choose(work.directory, draft, said.text, said.choice, context.person["home_id"])
    if is_settled is None:
        await again(context, draft, said)
    return is_settled


def places(context: Context, draft: BookingDraft) -> Rows:
    """Three taps at most."""
    return placing.rows(context.work.directory, context.work.language, draft.place_id, draft.options)


def place_params(context: Context, draft: BookingDraft) -> dict[str, Any]:
    """How far the taps have come, and whose door it is."""
    work = context.work
    return {
        "chosen": work.directory.name(draft.place_id, work.language) if draft.place_id else None,
        "is_ambiguous": bool(draft.options),
        "whom": draft.owner_name or draft.for_whom,
    }


async def take_room(context: Context, draft: BookingDraft, said: Said) -> bool:
    """The number on the door."""
    if said.choice == "skip" or says(said.text, "no"):
        return True
    if not is_room(said.text):
        return False
    typed = placing.read(context.work.directory, said.text, draft.place_id)
    draft.room = typed.room or said.text.removesuffix("室").removesuffix("号").strip()
    return True


def room_choices(_context: Context, _draft: BookingDraft) -> Rows:
    """It can be said on the telephone too."""
    return [[("room_skip", press("choose", "skip"))]]


async def owner_of(context: Context, draft: BookingDraft) -> Row:
    """Whose matter it is now: an elder whose link has ended meanwhile is only named.

    Raises NotYours or OutOfReach when staff may not write things down there any more.
    """
    if draft.is_filed:
        filing.check(context.work, draft.place_id)
    if draft.owner_id in {None, context.person["id"]}:
        return context.person
    allowed = {row["id"] for row in await family.elders_of(context.work.ledger, context.person["id"])}
    found = await people.by_ids(context.work.ledger, [draft.owner_id]) if draft.owner_id is not None else {}
    owner = found.get(draft.owner_id or 0)
    if owner is not None and owner["retired_at"] is None and (draft.is_filed or owner["id"] in allowed):
        return owner
    draft.owner_id, draft.for_whom = None, draft.owner_name
    return context.person


async def wanted_of(context: Context, draft: BookingDraft) -> Wanted:
    """What is booked, for whoever it may be booked for now; named after the service where nobody said a sentence."""
    wanted = draft.wanted(context.person["id"], (await owner_of(context, draft))["id"])
    return wanted if wanted.words else replace(wanted, words=service_of(context, draft).name_in(context.work.language))
