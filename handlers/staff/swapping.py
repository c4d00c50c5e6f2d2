"""Swapping a shift: which one, with whom, for what in return; then the colleague's answer, and an objection.

Every step is a press that names the shift it is about; whose it is and who is free is looked up again each time.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from handlers import entry, flows
from handlers.context import Context
from handlers.flows import Draft, Flow, Rows
from handlers.said import Said
from handlers.sentence import sentence
from storage import people, reach, shifts, swaps
from storage.duty_rules import day_of, number_of
from storage.ledger import Row
from storage.rules.errors import NotYours, Stale
from storage.rules.place_rights import DutyAction, roles_for
from storage.rules.press import Press, press
from storage.rules.roster import Shift, Turn
from storage.shifts import Around
from storage.work import Button

from .duty import BACK, MOST, PAGE

OBJECTIONS = {one: f"duty_{one}" for one in ("short", "rule")}


@entry.pressed("dutygive")
async def give(context: Context, pressed: Press, said: Said) -> None:
    """Which shift? Those that have not begun and are not being swapped."""
    work, me = context.work, context.person["id"]
    if not people.is_staff(work.grants):
        raise NotYours
    found = await shifts.around(work, shifts.my_rules(work))
    mine = [one for one in found.of(me) if one.begins_at > work.now and found.is_free(one)]
    # What all have at once can seldom be given to anybody: the turns come first.
    mine.sort(key=lambda one: (one.rule.turn is Turn.ALL, one.begins_at))
    page = min(pressed.number() or 0, max(len(mine) - 1, 0) // PAGE)
    rows: Rows = [[_shift_button(one)] for one in mine[page * PAGE : (page + 1) * PAGE]]
    turn: list[Button] = [("earlier", press("dutygive", page - 1))] if page else []
    if len(mine) > (page + 1) * PAGE:
        turn.append(("later", press("dutygive", page + 1)))
    message = "duty.ask_shift" if mine else "duty.no_shift"
    work.reply(message, [*rows, *([turn] if turn else []), BACK], edit=said.pressed_message)


def _shift_button(shift: Shift) -> Button:
    return ("duty_shift", press("dutygap", shift.rule.id, number_of(shift.day), shift.holder_id or 0), _times(shift))


async def _chosen(context: Context, pressed: Press, holder_id: int | None = None) -> tuple[Around, Shift]:
    """The shift that a button names, if it may be given to somebody."""
    work = context.work
    found = await swaps.look(work, pressed.number())
    holder = pressed.number(2) if holder_id is None else holder_id
    return found, await swaps.mine_to_give(work, found, pressed.number(), _day(pressed.number(1)), holder or 0)


def _day(number: int | None) -> date:
    """The day of a button. Raises Stale for what is none."""
    try:
        return day_of(number or 0)
    except ValueError:
        raise Stale from None


@entry.pressed("dutygap")
async def with_whom(context: Context, pressed: Press, said: Said) -> None:
    """Who could take a shift: mine, or for a duty secretary one that is left open."""
    work = context.work
    found, shift = await _chosen(context, pressed)
    able = await swaps.takers(work, found, shift)
    buttons: list[Button] = [
        ("duty_person", press("dutywith", shift.rule.id, number_of(shift.day), shift.holder_id, row["id"]), _named(row))
        for row in able
    ]
    rows: Rows = [buttons[at : at + 2] for at in range(0, min(len(buttons), 4 * MOST), 2)]
    message = "duty.ask_colleague" if able else "duty.nobody_free"
    work.reply(message, [*rows, BACK], edit=said.pressed_message, **swaps.told(shift))


def _named(row: Row) -> Mapping[str, Any]:
    return {"name": row["name"]}


@entry.pressed("dutywith")
async def in_return(context: Context, pressed: Press, said: Said) -> None:
    """Which shift in return, if any. Who looks for somebody for a gap asks at once."""
    work, taker_id = context.work, pressed.number(3) or 0
    found, shift = await _chosen(context, pressed)
    taker = {row["id"]: row for row in await swaps.takers(work, found, shift)}.get(taker_id)
    if taker is None:
        raise Stale
    if shift.holder_id != context.person["id"]:
        await swaps.ask(work, found, shift, taker_id)
        work.reply("duty.asked_now", [BACK], edit=said.pressed_message, name=taker["name"], **swaps.told(shift))
        return
    head = (shift.rule.id, number_of(shift.day), taker_id)
    rows: Rows = [
        [("duty_shift", press("dutyask", *head, one.rule.id, number_of(one.day)), _times(one))]
        for one in swaps.in_return(found, shift, taker_id)[:PAGE]
    ]
    if found.can_take(taker_id, shift):
        rows.append([("duty_no_return", press("dutyask", *head))])
    params = {"name": taker["name"], **swaps.told(shift)}
    work.reply("duty.ask_return", [*rows, BACK], edit=said.pressed_message, **params)


def _times(shift: Shift) -> Mapping[str, Any]:
    return {"at": shift.begins_at}


@entry.pressed("dutyask")
async def ask(context: Context, pressed: Press, said: Said) -> None:
    """The colleague is asked."""
    work, taker_id = context.work, pressed.number(2) or 0
    found, shift = await _chosen(context, pressed, context.person["id"])
    back = None
    if len(pressed.args) > 3:
        back = found.find(pressed.number(3), _day(pressed.number(4)), taker_id)
        if back is None:
            raise Stale
    row = await swaps.ask(work, found, shift, taker_id, back)
    taker = (await people.by_ids(work.ledger, [taker_id]))[taker_id]
    rows: Rows = [[("duty_drop", press("dutydrop", row["id"]))], BACK]
    work.reply("duty.asked_now", rows, edit=said.pressed_message, name=taker["name"], **swaps.told(shift, back))


@entry.pressed("dutysee")
async def see(context: Context, pressed: Press, said: Said) -> None:
    """One request or change again, with what may be done about it."""
    work, me = context.work, context.person["id"]
    row = await swaps.get(work, pressed.number())
    found = await swaps.look(work, row["rule_id"])
    given, back = swaps.halves(found, row)
    if given is None:
        raise Stale
    named = await people.by_ids(work.ledger, [row["holder_id"], row["taker_id"]])
    rows: Rows = []
    if row["state"] == swaps.ASKED and me == row["taker_id"]:
        rows = [[("duty_yes", press("dutyyes", row["id"])), ("duty_no", press("dutyno", row["id"]))]]
    elif row["state"] == swaps.ASKED and me in {row["holder_id"], row["asked_by"]}:
        rows = [[("duty_drop", press("dutydrop", row["id"]))]]
    elif found.can_object(row) and reach.holds(work, roles_for(DutyAction.ARRANGE)):
        rows = [[("duty_object", press("dutyobject", row["id"]))]]
    params = {"name": named[row["holder_id"]]["name"], "taker": named[row["taker_id"]]["name"], "state": row["state"]}
    work.reply("duty.one", [*rows, BACK], edit=said.pressed_message, **params, **swaps.told(given, back))


@entry.pressed("dutyyes", "dutyno")
async def answer(context: Context, pressed: Press, said: Said) -> None:
    """I take it, or not."""
    is_agreed = pressed.verb == "dutyyes"
    await swaps.answer(context.work, pressed.number(), is_agreed=is_agreed)
    message = "duty.you_agreed" if is_agreed else "duty.you_refused"
    context.work.reply(message, [[("duty_back", "dutylist")]], edit=said.pressed_message)


@entry.pressed("dutydrop")
async def drop(context: Context, pressed: Press, said: Said) -> None:
    """I do not want it any more."""
    await swaps.withdraw(context.work, pressed.number())
    context.work.reply("duty.you_withdrew", [[("duty_back", "dutylist")]], edit=said.pressed_message)


# --- objecting -----------------------------------------------------------------------------------------------------


class Objection(Draft):
    """Which change a duty secretary objects to, and why."""

    change_id: int
    words: str = ""


async def _finish_objection(context: Context, draft: Objection) -> None:
    await swaps.object_to(context.work, draft.change_id, draft.words)
    context.work.reply("duty.you_objected", [[("duty_back", "dutylist")]])


OBJECT = flows.declare(
    Flow("duty_object", Objection, (sentence("reason", "duty.ask_objection", usual=OBJECTIONS),), _finish_objection)
)


@entry.pressed("dutyobject")
async def object_to(context: Context, pressed: Press, _said: Said) -> None:
    """Ask for a reason first, if it may be objected to at all."""
    row = await swaps.may_object(context.work, pressed.number())
    await flows.begin(context, OBJECT, Objection(change_id=row["id"]))
