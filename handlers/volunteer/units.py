"""双报到: a member's unit, and what whoever speaks for a unit does: its people, its record, requests it takes."""

from typing import Any

from handlers import entry
from handlers.context import Context
from handlers.flows import Rows
from handlers.said import Said
from storage import claims, helpers, organisations, service_record
from storage.ledger import Row
from storage.rules.errands import Organisation
from storage.rules.errors import Stale
from storage.rules.press import Press, press
from storage.rules.quarters import Quarter, Standing
from storage.work import Button

from .posts import CLOSE, quarter

MOST = 8


# --- a member's own ------------------------------------------------------------------------------------------


@entry.pressed("units")
async def mine(context: Context, _pressed: Press, said: Said) -> None:
    """My unit, the one that was asked, or those to choose from."""
    work = context.work
    helper = await helpers.of(work.ledger, context.person["id"])
    known = work.directory.helping.organisations
    home = known.get((helper["organisation_id"] if helper is not None else None) or 0)
    asked = known.get((helper["asks_organisation_id"] if helper is not None else None) or 0)
    last: list[Button] = [("back", press("posts")), CLOSE]
    shown = home or asked
    if shown is None:
        _choose(context, said)
        return
    rows: Rows = [[("unit_leave", press("unit_leave"))], last]
    message = "posts.unit_waits" if home is None else "posts.unit_mine"
    work.reply(message, rows, edit=said.pressed_message, unit=shown.name_in(work.language))


def _choose(context: Context, said: Said) -> None:
    work = context.work
    found = organisations.offered_to(work)
    rows: Rows = [[("named", press("unit_ask", one.id), {"name": one.name_in(work.language)})] for one in found]
    last: list[Button] = [("back", press("posts")), CLOSE]
    work.reply("posts.units_choose" if found else "posts.units_none", [*rows, last], edit=said.pressed_message)


@entry.pressed("unit_ask")
async def ask(context: Context, pressed: Press, said: Said) -> None:
    """Name my unit; whoever speaks for it is asked."""
    work = context.work
    found = await organisations.ask(work, pressed.number())
    is_home = found in organisations.of_contact(work)
    message = "posts.unit_mine" if is_home else "posts.unit_waits"
    work.reply(message, [_home()], edit=said.pressed_message, unit=found.name_in(work.language))


def _home() -> list[Button]:
    return [("me_posts", press("posts")), CLOSE]


@entry.pressed("unit_leave")
async def ask_leave(context: Context, _pressed: Press, said: Said) -> None:
    """Asked once more before I leave my unit."""
    work = context.work
    helper = await helpers.mine(work)
    unit = organisations.unit(work, helper["organisation_id"] or helper["asks_organisation_id"])
    rows: Rows = [[("unit_leave_yes", press("unit_leaveyes"))], [("back", press("units"))]]
    work.reply("posts.unit_ask_leave", rows, edit=said.pressed_message, unit=unit.name_in(work.language))


@entry.pressed("unit_leaveyes")
async def leave(context: Context, _pressed: Press, said: Said) -> None:
    """Not at home there any more."""
    await organisations.leave(context.work)
    context.work.reply("posts.unit_gone", [_home()], edit=said.pressed_message)


# --- for whoever speaks for a unit ---------------------------------------------------------------------------


@entry.pressed("unit_all")
async def kept(context: Context, _pressed: Press, said: Said) -> None:
    """The units for which I speak; the only one at once."""
    work = context.work
    found = organisations.spoken_for_by(work)
    if len(found) == 1:
        await _show(context, found[0], said)
        return
    rows: Rows = [[("named", press("unit", one.id), {"name": one.name_in(work.language)})] for one in found]
    message = "posts.units_kept" if found else "posts.units_none"
    work.reply(message, [*rows, [CLOSE]], edit=said.pressed_message)


@entry.pressed("unit")
async def one_unit(context: Context, pressed: Press, said: Said) -> None:
    """A unit: how many people, what they have done, who waits for a word."""
    await _show(context, organisations.spoken_for(context.work, pressed.number()), said)


async def _show(context: Context, unit: Organisation, said: Said) -> None:
    work, now_in = context.work, quarter(context)
    theirs, found = await _standing(context, unit, now_in)
    asking = await organisations.asking(work.ledger, unit.id)
    services = await service_record.of_organisation(work.ledger, unit.id, now_in)
    take: Rows = []
    if unit in organisations.of_contact(work):
        take.append([("unit_orders", press("unit_orders", unit.id))])
    record: Rows = [[("unit_record", press("post_record", unit.id))]]
    back: list[Button] = [("back", press("unit_all"))] if len(organisations.spoken_for_by(work)) > 1 else []
    work.reply(
        "posts.unit",
        [[("unit_people", press("unit_people", unit.id))], *take, *record, [*back, CLOSE]],
        edit=said.pressed_message,
        unit=unit.name_in(work.language),
        members=len(theirs),
        year=now_in.year,
        quarter=now_in.number,
        services=len(services),
        met=sum(one.is_met for one in found.values()),
        asking=len(asking),
    )


async def _standing(context: Context, unit: Organisation, now_in: Quarter) -> tuple[list[Row], dict[int, Standing]]:
    ledger = context.work.ledger
    theirs = await organisations.members(ledger, unit.id)
    return theirs, dict(await service_record.standing(ledger, [one["id"] for one in theirs], now_in))


@entry.pressed("unit_people")
async def its_people(context: Context, pressed: Press, said: Said) -> None:
    """Who is at home in a unit and what each has, and those who wait for a word."""
    await _people(context, organisations.spoken_for(context.work, pressed.number()), said)


async def _people(context: Context, unit: Organisation, said: Said) -> None:
    work, now_in = context.work, quarter(context)
    theirs, found = await _standing(context, unit, now_in)
    asking = await organisations.asking(work.ledger, unit.id)
    rows: Rows = []
    for one in asking:
        rows.append([("unit_is_ours", press("unit_yes", unit.id, one["id"]), {"name": one["name"]})])
        rows.append([("unit_not_ours", press("unit_no", unit.id, one["id"]), {"name": one["name"]})])
    for one in theirs:
        rows.append([("unit_drop", press("unit_drop", unit.id, one["id"]), {"name": one["name"]})])
    work.reply(
        "posts.unit_people",
        [*rows, [("back", press("unit", unit.id)), CLOSE]],
        edit=said.pressed_message,
        unit=unit.name_in(work.language),
        year=now_in.year,
        quarter=now_in.number,
        lines=[_line(one, found[one["id"]]) for one in theirs],
        asking=len(asking),
    )


def _line(person: Row, standing: Standing) -> dict[str, Any]:
    return {
        "name": person["name"],
        "posts": standing.posts,
        "services": standing.services,
        "is_met": standing.is_met,
    }


@entry.pressed("unit_yes", "unit_no")
async def answer(context: Context, pressed: Press, said: Said) -> None:
    """They are ours, or they are not."""
    work, is_theirs = context.work, pressed.verb == "unit_yes"
    unit, person = await organisations.answer(work, pressed.number(), pressed.number(1), is_theirs=is_theirs)
    rows: Rows = [[("unit_people", press("unit_people", unit.id)), CLOSE]]
    work.reply(
        "posts.unit_answered",
        rows,
        edit=said.pressed_message,
        name=person["name"],
        unit=unit.name_in(work.language),
        is_theirs=is_theirs,
    )


@entry.pressed("unit_drop")
async def ask_drop(context: Context, pressed: Press, said: Said) -> None:
    """Asked once more before somebody is taken out."""
    work = context.work
    unit = organisations.spoken_for(work, pressed.number())
    person = await organisations.member(work, unit, pressed.number(1))
    rows: Rows = [
        [("unit_drop_yes", press("unit_dropyes", unit.id, person["id"]))],
        [("back", press("unit_people", unit.id))],
    ]
    title = unit.name_in(work.language)
    work.reply("posts.unit_ask_drop", rows, edit=said.pressed_message, name=person["name"], unit=title)


@entry.pressed("unit_dropyes")
async def drop(context: Context, pressed: Press, said: Said) -> None:
    """They have left it."""
    await organisations.let_go(context.work, pressed.number(), pressed.number(1))
    rows: Rows = [[("unit_people", press("unit_people", pressed.number() or 0)), CLOSE]]
    context.work.reply("posts.unit_gone", rows, edit=said.pressed_message)


# --- requests that a unit takes ------------------------------------------------------------------------------


@entry.pressed("unit_orders")
async def orders(context: Context, pressed: Press, said: Said) -> None:
    """What neighbours need in the unit's community: no names and no doors."""
    work = context.work
    unit = organisations.represented(work, pressed.number())
    found = await organisations.open_orders(work, unit, MOST)
    rows: Rows = [
        [("unit_order", press("unit_order", unit.id, row["id"]), {**_about(context, row), "missing": row["missing"]})]
        for row in found
    ]
    last: list[Button] = [("back", press("unit", unit.id)), CLOSE]
    message = "posts.unit_orders" if found else "posts.unit_orders_none"
    work.reply(message, [*rows, last], edit=said.pressed_message)


def _about(context: Context, row: Row) -> dict[str, str]:
    work = context.work
    errand = work.directory.helping.errands.get(row["errand_id"] or 0)
    kind = work.directory.kinds[row["kind"]]
    return {
        "errand": f"{errand.emoji} {errand.name_in(work.language)}" if errand else kind.name_in(work.language),
        "place": organisations.area(work, row["place_id"]),
    }


@entry.pressed("unit_order")
async def one_order(context: Context, pressed: Press, said: Said) -> None:
    """One request, and whom of the unit to name for it."""
    work = context.work
    unit = organisations.represented(work, pressed.number())
    await _order(context, unit, pressed.number(1), said)


async def _order(context: Context, unit: Organisation, ticket_id: int | None, said: Said) -> None:
    work = context.work
    row = await organisations.open_order(work, unit, ticket_id)
    if row is None:
        raise Stale
    who = {one["id"]: one for one in [*await organisations.members(work.ledger, unit.id), context.person]}
    taken = {one["person_id"] for one in await claims.held(work.ledger, row["id"])}
    free = [one for one in who.values() if one["id"] not in taken] if row["missing"] else []
    about = _about(context, row)
    rows: Rows = [
        [("unit_name", press("unit_name", unit.id, row["id"], one["id"]), {"name": one["name"]})] for one in free
    ]
    work.reply(
        "posts.unit_order",
        [*rows, [("back", press("unit_orders", unit.id)), CLOSE]],
        edit=said.pressed_message,
        errand=about["errand"],
        place=about["place"],
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        missing=row["missing"],
    )


@entry.pressed("unit_name")
async def name(context: Context, pressed: Press, said: Said) -> None:
    """Somebody of the unit goes, and is told."""
    work = context.work
    person = await organisations.name(work, pressed.number(), pressed.number(1), pressed.number(2))
    unit = organisations.represented(work, pressed.number())
    rows: Rows = [
        [("unit_more", press("unit_order", unit.id, pressed.number(1) or 0))],
        [("back", press("unit_orders", unit.id)), CLOSE],
    ]
    work.reply("posts.unit_goes", rows, edit=said.pressed_message, name=person["name"])
