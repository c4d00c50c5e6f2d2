"""What recurs, in chat: which weeks are booked and which are not, another time or 候补 for those, and giving back all
that are still to come."""

from datetime import UTC, datetime

from handlers import entry
from handlers.context import Context
from handlers.flows import Rows
from handlers.said import Said
from storage import series, tickets
from storage.bookings import Wanted
from storage.rules.errors import NotYours, Stale
from storage.rules.press import Press, base36, press
from storage.rules.rights import Action
from storage.rules.slots import Slot
from storage.rules.waiting import Part
from storage.series import Occurrence, Why
from storage.work import Button

from . import waiting

WIDTH = 3


async def book(context: Context, wanted: Wanted, first: Slot, times: int, hold_id: int | None) -> None:
    """Book every week, say how many there are, and ask of each of the others what shall become of it.

    Raises SlotTaken or NotOpen for the first.
    """
    card = context.pressed_message
    booked = await series.book(context.work, wanted, first, times, hold_id=hold_id, shown_as=card)
    context.work.reply(
        "series.booked",
        [[("series_show", press("bsshow", booked.series_id))]],
        count=len(booked.tickets),
        missing=len(booked.missing),
    )
    for one in booked.missing:
        _ask(context, booked.series_id, one)


def _ask(context: Context, series_id: int, one: Occurrence, *, edit: int | None = None) -> None:
    """A week without a booking: another time of that day, 候补, or leave it out."""
    free = [*([one.slot] if one.slot else ()), *one.others]
    times: list[Button] = [
        ("time", press("bspick", series_id, one.nth, _code(slot.starts_at)), {"at": slot.starts_at.isoformat()})
        for slot in free
    ]
    last: list[Button] = [("series_skip", press("bsskip", series_id, one.nth))]
    if one.why is Why.FULL:
        last.insert(0, ("series_wait", press("bswait", series_id, one.nth)))
    context.work.reply(
        "series.ask_week",
        [*(times[at : at + WIDTH] for at in range(0, len(times), WIDTH)), last],
        edit=edit,
        at=one.starts_at.isoformat(),
        is_full=one.why is Why.FULL,
        has_others=bool(free),
    )


def _code(at: datetime) -> str:
    return base36(int(at.timestamp()) // 60)


async def _mine(context: Context, pressed: Press, action: Action = Action.ADD_WORDS) -> int:
    """The series a button names, if it is a matter of the one who presses. Raises Stale or NotYours."""
    series_id = pressed.number()
    ticket = await tickets.by_id(context.work.ledger, series_id)
    if ticket is None or series_id is None:
        raise Stale
    if not await tickets.allowed(context.work, action, ticket):
        raise NotYours
    return series_id


# --- a week that is missing ----------------------------------------------------------------------------------


@entry.pressed("bspick")
async def pick(context: Context, pressed: Press, said: Said) -> None:
    """Another time of that day; when somebody was faster, what is left."""
    series_id, nth, minutes = await _mine(context, pressed), pressed.number(1) or 0, pressed.number(2) or 0
    at = datetime.fromtimestamp(minutes * 60, UTC)
    found = await series.missing(context.work, series_id, nth)
    slot = next((one for one in (found.slot, *found.others) if one is not None and one.starts_at == at), None)
    if slot is None:
        _ask(context, series_id, found, edit=said.pressed_message)
        return
    await series.book_one(context.work, series_id, nth, slot)
    context.work.reply("series.picked", edit=said.pressed_message, at=slot.starts_at.isoformat())


@entry.pressed("bswait")
async def wait(context: Context, pressed: Press, _said: Said) -> None:
    """候补 for that day; what comes belongs to the series."""
    series_id, nth = await _mine(context, pressed), pressed.number(1) or 0
    found = await series.missing(context.work, series_id, nth)
    day = context.work.directory.calendar.to_local(found.starts_at).date()
    await waiting.join(context, await series.wanted_for(context.work, series_id, nth), day, day, Part.ANY)


@entry.pressed("bsskip")
async def skip(context: Context, pressed: Press, said: Said) -> None:
    """Not that week."""
    await _mine(context, pressed)
    context.work.reply("series.skipped", edit=said.pressed_message)


# --- the whole -----------------------------------------------------------------------------------------------


@entry.pressed("bsshow")
async def show(context: Context, pressed: Press, _said: Said) -> None:
    """The bookings that are still to come, each to be opened, and a way to give all back."""
    series_id = await _mine(context, pressed)
    work = context.work
    rows = await series.still_open(work, series_id)
    first = await series.of(work.ledger, series_id)
    service = work.directory.catalogue.services.get(first[0]["service_id"]) if first else None
    buttons: Rows = [[("series_one", press("open", row["id"]), {"at": row["starts_at"].isoformat()})] for row in rows]
    if rows:
        buttons.append([("series_end", press("bsend", series_id))])
    work.reply("series.shown", buttons, service=service.name_in(work.language) if service else "", count=len(rows))


@entry.pressed("bsend")
async def ask_end(context: Context, pressed: Press, _said: Said) -> None:
    """Nothing is given back by one tap."""
    series_id = await _mine(context, pressed)
    count = len(await series.still_open(context.work, series_id))
    buttons: Rows = [[("series_end_yes", press("bsendyes", series_id))], [("close", press("bskeep", series_id))]]
    context.work.reply("series.ask_end", buttons, count=count)


@entry.pressed("bskeep")
async def keep(context: Context, _pressed: Press, said: Said) -> None:
    """It stays as it is."""
    context.work.reply("series.kept", edit=said.pressed_message)


@entry.pressed("bsendyes")
async def end(context: Context, pressed: Press, said: Said) -> None:
    """All that are still to come are given back, as far as the service's limit allows."""
    given_back, left = await series.end(context.work, await _mine(context, pressed), "settled")
    context.work.reply("series.ended", edit=said.pressed_message, count=given_back, left=left)
