"""/duty: my shifts, who is on duty now, and the whole month as a picture.

What leads to a swap stands in `swapping`.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from handlers import entry
from handlers.context import Context
from handlers.flows import Rows
from handlers.said import Said
from storage import people, reach, roster, shifts, swaps
from storage.duty_rules import day_of
from storage.ledger import Row
from storage.rules.errors import NotYours, Stale
from storage.rules.place_rights import DutyAction, codes_for, roles_for
from storage.rules.press import Press, press
from storage.rules.roster import Shift
from storage.shifts import Around
from storage.work import Button, Priority

from . import away

SHOWN_DAYS = timedelta(days=13)
PAGE = 8
MOST = 6
NAMED = 12
BACK: list[Button] = [("duty_back", "dutylist"), ("close", "close")]


@entry.command("duty")
async def duty(context: Context, _args: list[str]) -> None:
    """My shifts of the next two weeks, who is on duty now, and what can be done."""
    await _show(context, None)


@entry.pressed("dutylist")
async def duty_again(context: Context, _pressed: Press, said: Said) -> None:
    """Back from anywhere in it."""
    await _show(context, None if context.work.is_caption else said.pressed_message)


async def _show(context: Context, edit: int | None) -> None:
    work, me = context.work, context.person["id"]
    if not people.is_staff(work.grants):
        raise NotYours
    found = await shifts.around(work, shifts.my_rules(work))
    today = work.directory.calendar.to_local(work.now).date()
    own = found.of(me, until=today + SHOWN_DAYS)
    rows: Rows = [*await _waiting(context, found)]
    if any(one.begins_at > work.now for one in found.of(me)):
        rows.append([("duty_give", press("dutygive", 0))])
    if shifts.my_communities(work):
        rows.append([("duty_month", "dutymonth")])
    rows.append(away.buttons(context))
    on_now = await shifts.on_duty_now(work)
    work.reply(
        "duty.mine",
        [*rows, [("close", "close")]],
        edit=edit,
        lines=_by_day(own),
        on_now=[
            {"role": role, "names": [row["name"] for row in some[:NAMED]], "more": max(len(some) - NAMED, 0)}
            for role, some in sorted(on_now.items())
        ],
        is_on_duty=await roster.am_on_duty(work, context.person),
        away=[
            {"begins_at": one.begins_at, "ends_at": one.ends_at}
            for one in found.aways
            if one.person_id == me and one.ends_at > work.now
        ],
        has_rules=any(me in rule.people for rule in work.directory.duty_rules),
        for_roles=codes_for(DutyAction.SEE),
    )


def _by_day(own: Sequence[Shift]) -> list[dict[str, Any]]:
    days: dict[date, list[Shift]] = {}
    for shift in own:
        days.setdefault(shift.day, []).append(shift)
    return [
        {
            "at": some[0].begins_at,
            "spans": [
                {"begins_at": one.begins_at, "ends_at": one.ends_at, "is_changed": one.is_changed} for one in some
            ],
        }
        for some in days.values()
    ]


async def _waiting(context: Context, found: Around) -> Rows:
    """What was asked of me, what I asked, and as a duty secretary what I may still object to."""
    work, me = context.work, context.person["id"]
    is_secretary = reach.holds(work, roles_for(DutyAction.ARRANGE))
    rows: Rows = []
    named = await people.by_ids(work.ledger, {row[who] for row in found.rows for who in ("holder_id", "taker_id")})
    for row in found.rows:
        begins_at = _begins_at(context, row)
        if row["state"] == swaps.ASKED and begins_at > work.now and me in {row["taker_id"], row["holder_id"]}:
            label = "duty_asks_me" if row["taker_id"] == me else "duty_i_asked"
        elif is_secretary and me not in {row["taker_id"], row["holder_id"]} and found.can_object(row):
            label = "duty_changed"
        else:
            continue
        other = row["holder_id"] if row["taker_id"] == me else row["taker_id"]
        rows.append([(label, press("dutysee", row["id"]), {"name": named[other]["name"], "at": begins_at})])
    return rows[:MOST]


def _begins_at(context: Context, row: Row) -> Any:
    found = context.work.directory.roster
    rule = found.rules.get(row["rule_id"])
    return row["asked_at"] if rule is None else found.span(rule, day_of(row["day"]))[0]


# --- the month -----------------------------------------------------------------------------------------------------


@entry.pressed("dutymonth")
async def month(context: Context, pressed: Press, _said: Said) -> None:
    """The roster of a month and a community as a picture; drawn, and the rights asked again, when it is sent."""
    work = context.work
    choices = shifts.my_communities(work)
    place_id = pressed.number(1) if len(pressed.args) > 1 else (choices[0] if len(choices) == 1 else None)
    if place_id is None and choices:
        rows: Rows = [
            [
                (
                    "duty_place",
                    press("dutymonth", _month(context), one),
                    {"place": work.directory.name(one, work.language)},
                )
            ]
            for one in choices[: 2 * PAGE]
        ]
        work.reply("duty.ask_place", [*rows, BACK])
        return
    if place_id is None or place_id not in choices:
        raise NotYours
    number = pressed.number() or _month(context)
    if not 1 <= number % 100 <= 12 or not 2000 <= number // 100 <= 2100:
        raise Stale
    work.draw("roster", context.person, priority=Priority.ANSWER, month=number, place=place_id)


def _month(context: Context) -> int:
    today = context.work.directory.calendar.to_local(context.work.now).date()
    return today.year * 100 + today.month
