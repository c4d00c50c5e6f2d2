"""For whom neighbours are asked, and where that is: oneself, an elder of the family, a unit, somebody else by name."""

from typing import Any

from handlers import flows, placing
from handlers.context import Context
from handlers.flows import Rows
from handlers.resident import elders
from handlers.resident.draft import READER
from handlers.resident.elders import PARENTS
from handlers.resident.names import called
from handlers.resident.short import answers, is_room, says
from handlers.said import Said
from storage import family, filing, nearby, reach, schema
from storage.ledger import Row
from storage.order_drafts import OrderDraft
from storage.rules.errands import Organisation
from storage.rules.press import base36, press
from storage.work import Button

NEIGHBOUR = "neighbour"


async def know(context: Context, draft: OrderDraft) -> None:
    """Whom the one who asks may ask for: who has nobody but themselves is not asked for whom it is."""
    work, me = context.work, context.person
    draft.elders = [{"id": row["id"], "name": row["name"]} for row in await family.elders_of(work.ledger, me["id"])]
    if draft.is_filed:
        draft.asks = ["alone"]
    elif draft.elders or units_of(context) or reach.holds(work, reach.FILERS):
        draft.asks = ["whom"]
    if not draft.asks and draft.place_id is None and not draft.options:
        settle(draft, me)
    if not draft.is_for_other and not draft.is_filed:
        draft.owner_phone = me["phone"]


def units_of(context: Context) -> tuple[Organisation, ...]:
    """The units for which the one who asks acts."""
    return context.work.directory.helping.of_contact.get(context.person["id"], ())


def settle(draft: OrderDraft, owner: Row | None) -> None:
    """Know whose door it is; the number can be shown only of somebody who is known."""
    draft.owner_phone = owner["phone"] if owner is not None else None
    if draft.is_place_sure or draft.options:
        return  # the words said where
    draft.place_id = owner["home_id"] if owner is not None else None
    draft.room = owner["room"] if owner is not None else None
    draft.is_place_sure = draft.place_id is not None


def note(draft: OrderDraft, text: str) -> None:
    """Ask for whom it is when the words speak of somebody else."""
    if draft.is_filed or draft.is_for_other or "whom" in draft.answered:
        return
    reading = READER.read(text)
    parents = [one for one in PARENTS if any(name in text.lower() for name in answers(f"my_{one}"))]
    if (parents or reading.is_for_other) and "whom" not in draft.asks:
        draft.asks = [*draft.asks, "whom"]
        draft.place_id, draft.room, draft.is_place_sure = None, None, False  # one's own home was only a guess


# --- for whom ------------------------------------------------------------------------------------------------


async def take_whom(context: Context, draft: OrderDraft, said: Said) -> bool | None:
    """An elder of the family owns the matter, the contact that of a unit; anybody else is only named."""
    choice = said.choice or elders.meant(draft.elders, said.text)
    draft.owner_id = draft.owner_name = draft.for_whom = draft.organisation_id = None
    if choice == "myself":
        draft.is_vulnerable = None
        settle(draft, context.person)
        return True
    if choice is not None and choice[:1] in {"e", "u"}:
        return await _elder(context, draft, choice[1:]) if choice[0] == "e" else _unit(context, draft, choice[1:])
    if choice in {*PARENTS, NEIGHBOUR}:
        draft.for_whom = choice
    elif (name := called(said.text)) is not None:
        draft.for_whom = name
    else:
        return False
    settle(draft, None)
    draft.owner_phone = context.person["phone"]  # whoever asked is rung
    draft.asks = [*draft.asks, "alone"]
    return True


async def _elder(context: Context, draft: OrderDraft, code: str) -> bool:
    elder = await elders.by_code(context, code)
    if elder is None:
        return False
    draft.owner_id, draft.owner_name = elder["id"], elder["name"]
    settle(draft, elder)
    draft.asks = [*draft.asks, "alone"]
    return True


def _unit(context: Context, draft: OrderDraft, code: str) -> bool:
    unit = next((one for one in units_of(context) if base36(one.id) == code), None)
    if unit is None:
        return False
    draft.organisation_id, draft.is_vulnerable = unit.id, False
    settle(draft, None)
    draft.owner_phone = context.person["phone"]
    return True


def whom_choices(context: Context, draft: OrderDraft) -> Rows:
    """Oneself first, the elders and units by name, then the usual ones; staff may write it down for somebody."""
    language = context.work.language
    by_name: Rows = [
        [("named", press("choose", f"e{base36(one['id'])}"), {"name": f"👪 {one['name']}"})] for one in draft.elders
    ]
    units: Rows = [
        [("named", press("choose", f"u{base36(one.id)}"), {"name": f"🏢 {one.name_in(language)}"})]
        for one in units_of(context)
    ]
    parents: list[Button] = [(f"whom_{one}", press("choose", one)) for one in PARENTS]
    is_filer = reach.holds(context.work, reach.FILERS)
    caller: Rows = [[("order_for_caller", press("file", "order"))]] if is_filer else []
    other: Rows = [[("book_other", press("choose", NEIGHBOUR))]]
    return [[("book_myself", press("choose", "myself"))], *caller, *by_name, *units, parents, *other]


async def take_name(_context: Context, draft: OrderDraft, said: Said) -> bool:
    """What the neighbour is called."""
    if (name := called(said.text)) is None:
        return False
    draft.for_whom = name
    return True


async def take_alone(_context: Context, draft: OrderDraft, said: Said) -> bool:
    """Whether an elder who lives alone or a child is to be helped: then two come the first time."""
    if said.choice in {"yes", "no"}:
        draft.is_vulnerable = said.choice == "yes"
    elif says(said.text, "yes", "no"):
        draft.is_vulnerable = says(said.text, "yes")
    else:
        return False
    return True


def alone_choices(_context: Context, _draft: OrderDraft) -> Rows:
    """Yes, or no."""
    return [[("order_alone_yes", press("choose", "yes"))], [("order_alone_no", press("choose", "no"))]]


def name_params(_context: Context, draft: OrderDraft) -> dict[str, Any]:
    """Who it is for, and how long a number is known already."""
    return {"name": draft.owner_name or draft.for_whom}


# --- where ---------------------------------------------------------------------------------------------------


async def take_place(context: Context, draft: OrderDraft, said: Said) -> bool | None:
    """Taps from the estate down, a position, or a typed address."""
    if said.latitude is not None and said.longitude is not None:
        return _nearest(context, draft, said.latitude, said.longitude)
    work = context.work
    is_settled = placing.choose(work.directory, draft, said.text, said.choice, context.person["home_id"])
    if is_settled is None:
        found = flows.current(context)
        if found is not None:
            await flows.begin(context, found[0], draft, edit=said.pressed_message)
    return is_settled


def _nearest(context: Context, draft: OrderDraft, latitude: float, longitude: float) -> bool:
    """The building that stands at a position; where none is known the position does not help."""
    place = nearby.nearest(context.work.directory, latitude, longitude)
    if place is not None:
        draft.place_id, draft.is_place_sure, draft.options = place.id, True, []
    return place is not None


def needs_room(draft: OrderDraft) -> bool:
    """Who comes has to find the door."""
    return draft.is_place_sure and draft.room is None and draft.spot is None


def places(context: Context, draft: OrderDraft) -> Rows:
    """Three taps at most."""
    return placing.rows(context.work.directory, context.work.language, draft.place_id, draft.options)


def place_params(context: Context, draft: OrderDraft) -> dict[str, Any]:
    """How far the taps have come, and whose door it is."""
    work = context.work
    return {
        "chosen": work.directory.name(draft.place_id, work.language) if draft.place_id else None,
        "is_ambiguous": bool(draft.options),
        "whom": draft.owner_name or draft.for_whom,
    }


async def take_room(context: Context, draft: OrderDraft, said: Said) -> bool:
    """The number on the door, or a spot in words."""
    if said.choice == "skip" or says(said.text, "no"):
        return True
    if not said.text:
        return False
    if is_room(said.text):
        typed = placing.read(context.work.directory, said.text, draft.place_id)
        draft.room = typed.room or said.text.removesuffix("室").removesuffix("号").strip()
    else:
        draft.spot = said.text[:100]
    return True


def room_choices(_context: Context, _draft: OrderDraft) -> Rows:
    """It can be told later too."""
    return [[("room_skip", press("choose", "skip"))]]


async def owner_of(context: Context, draft: OrderDraft) -> Row:
    """Whose matter it is now: an elder whose link has ended meanwhile is only named.

    Raises NotYours or OutOfReach when staff may not write things down there any more.
    """
    if draft.is_filed:
        filing.check(context.work, draft.place_id)
    if draft.owner_id in {None, context.person["id"]}:
        return context.person
    owner = await context.work.ledger.get(schema.person, draft.owner_id)
    allowed = {row["id"] for row in await family.elders_of(context.work.ledger, context.person["id"])}
    if owner is not None and owner["retired_at"] is None and (draft.is_filed or owner["id"] in allowed):
        return owner
    draft.owner_id, draft.for_whom, draft.shows_phone = None, draft.owner_name, False
    return context.person
