"""/admin → services: a service off or on, its fee, its number; a day off; a dish of the day.

A service is found by words or on its shelf, then a card shows what can be changed.
"""

from datetime import date
from typing import Any

from handlers import entry, flows
from handlers.context import Context
from handlers.flows import Flow, Rows, Step
from handlers.said import Said
from storage import offering, reach
from storage.drafts import Draft
from storage.rules.catalogue import Service
from storage.rules.errors import NotYours
from storage.rules.finding import find
from storage.rules.press import Press, base36, press
from storage.work import Button

PAGE = 8


def check(context: Context) -> None:
    """Raise NotYours unless the one who asks may change anything that is offered."""
    if not reach.holds(context.work, offering.MAKERS):
        raise NotYours


# --- which service -------------------------------------------------------------------------------------------


class Looking(Draft):
    """A shelf with its page, or what words found."""

    category_id: int | None = None
    page: int = 0
    found: list[int] = []
    service_id: int | None = None


def _offered(context: Context, draft: Looking) -> list[Service]:
    """Those on the shelf or found, that may be changed here; what is off too."""
    services = context.work.directory.catalogue.services
    on_shelf = [one for one in services.values() if one.category_id == draft.category_id]
    named = [services[one] for one in draft.found if one in services]
    return [one for one in named or on_shelf if offering.may_change(context.work, one)]


async def _take_service(context: Context, draft: Looking, said: Said) -> bool | None:
    check(context)
    work = context.work
    if said.choice is None:
        found = _matching(context, said.text)
        if not found:
            return False
        draft.category_id, draft.page, draft.found = None, 0, [one.id for one in found]
        if len(found) == 1:
            draft.service_id = found[0].id
            return True
    else:
        kind, number = said.choice[:1], int(said.choice[1:] or "0", 36)
        if kind == "s" and number in work.directory.catalogue.services:
            draft.service_id = number
            return True
        if kind == "c" and number in work.directory.catalogue.categories:
            draft.category_id, draft.page, draft.found = number, 0, []
        elif kind == "p":
            draft.page = number
        else:
            return False
    await flows.begin(context, LOOK, draft, edit=said.pressed_message)
    return None


def _matching(context: Context, words: str) -> list[Service]:
    work = context.work
    found = find(work.directory.catalogue, words, work.language, PAGE)
    services = work.directory.catalogue.services.values()
    off = [one for one in services if one.is_off and words.strip() in {one.name, one.name_en, one.code}]
    return [one for one in (*off, *found) if offering.may_change(work, one)]


def _choices(context: Context, draft: Looking) -> Rows:
    work = context.work
    offered = _offered(context, draft)
    if not offered:
        return _shelves(context)
    shown = offered[draft.page * PAGE : (draft.page + 1) * PAGE]
    rows: Rows = [
        [
            (
                "svc_named",
                press("choose", f"s{base36(one.id)}"),
                {"name": one.name_in(work.language), "is_off": one.is_off},
            )
        ]
        for one in shown
    ]
    turn: list[Button] = [("svc_before", press("choose", f"p{base36(draft.page - 1)}"))] if draft.page else []
    if len(offered) > (draft.page + 1) * PAGE:
        turn.append(("svc_next", press("choose", f"p{base36(draft.page + 1)}")))
    return [*rows, *([turn] if turn else []), [("admin_back", "svcs")]]


def _shelves(context: Context) -> Rows:
    work = context.work
    buttons: list[Button] = [
        ("svc_shelf", press("choose", f"c{base36(one.id)}"), {"emoji": one.emoji, "name": one.name_in(work.language)})
        for one in work.directory.catalogue.categories.values()
    ]
    return [*(buttons[at : at + 2] for at in range(0, len(buttons), 2)), [("admin_back", "admin")]]


async def _found(context: Context, draft: Looking) -> None:
    await _card(context, draft.service_id, context.pressed_message)


LOOK = flows.declare(
    Flow(
        "offering",
        Looking,
        (
            Step(
                "service",
                "catalogue.ask_service",
                _take_service,
                choices=_choices,
                unclear="catalogue.service_unclear",
                needs_consent=False,
            ),
        ),
        _found,
    )
)


@entry.pressed("svcs")
async def look(context: Context, _pressed: Press, said: Said) -> None:
    """Choose a service."""
    check(context)
    await flows.begin(context, LOOK, Looking(), edit=said.pressed_message)


# --- its card ------------------------------------------------------------------------------------------------


@entry.pressed("svc")
async def card(context: Context, pressed: Press, said: Said) -> None:
    """What a service is like now, and what can be changed."""
    await _card(context, pressed.number(), said.pressed_message)


async def _card(context: Context, service_id: int | None, edit: int | None) -> None:
    work = context.work
    one = offering.service(work, service_id)
    rows: Rows = [
        [("svc_on", press("svcon", one.id)) if one.is_off else ("svc_off", press("svcoff", one.id))],
        [("svc_fee", press("svcset", one.id, "fee")), ("svc_phone", press("svcset", one.id, "phone"))],
        *await _of_providers(context, one),
        [("admin_back", "svcs"), ("close", "close")],
    ]
    fee = one.fee_words if work.language.startswith("zh") or not one.fee_words_en else one.fee_words_en
    work.reply(
        "catalogue.card",
        rows,
        edit=edit,
        service=one.name_in(work.language),
        is_off=one.is_off,
        fee=fee,
        is_free=not fee,
        phone=one.phone,
    )


async def _of_providers(context: Context, one: Service) -> Rows:
    """Days off, those to take back, and the dishes of today."""
    work = context.work
    found = offering.providers(work, one)
    names = {each.id: each.name_in(work.language) for each in found}
    rows: Rows = [[("svc_rest", press("svcset", one.id, "rest", each.id), {"name": names[each.id]})] for each in found]
    for row in await offering.days_off(work, list(names)):
        about = {"name": names[row["provider_id"]], "day": row["days"]}
        rows.append([("svc_work", press("svcwork", one.id, row["id"]), about)])
    cooks = [each for each in found if work.directory.catalogue.dishes.get(each.id)]
    rows += [[("svc_dish", press("svcset", one.id, "dish", each.id))] for each in cooks]
    made = await offering.dishes_made(work, [each.id for each in cooks], today(context))
    rows += [[("svc_nodish", press("svcnodish", one.id, row["id"]), {"name": row["name"]})] for row in made]
    return rows


def today(context: Context) -> date:
    """The local day."""
    return context.work.directory.calendar.to_local(context.work.now).date()


def tell(context: Context, message: str, service_id: int | None, edit: int | None, **params: Any) -> None:
    """Say what is so now; the way back leads to the card, drawn anew."""
    rows: Rows = [[("admin_back", press("svc", service_id or 0)), ("close", "close")]]
    context.work.reply(message, rows, edit=edit, **params)


@entry.pressed("svcoff")
async def switch_off(context: Context, pressed: Press, said: Said) -> None:
    """Not to be had for now."""
    one = await offering.switch(context.work, pressed.number(), is_off=True)
    tell(context, "catalogue.off", one.id, said.pressed_message, service=one.name_in(context.work.language))


@entry.pressed("svcon")
async def switch_on(context: Context, pressed: Press, said: Said) -> None:
    """To be had again."""
    one = await offering.switch(context.work, pressed.number(), is_off=False)
    tell(context, "catalogue.on", one.id, said.pressed_message, service=one.name_in(context.work.language))


@entry.pressed("svcwork")
async def open_again(context: Context, pressed: Press, said: Said) -> None:
    """A day off is taken back."""
    row = await offering.open_again(context.work, pressed.number(1))
    tell(context, "catalogue.open_again", pressed.number(), said.pressed_message, day=row["days"])


@entry.pressed("svcnodish")
async def remove_dish(context: Context, pressed: Press, said: Said) -> None:
    """A dish of the day is off the menu."""
    row = await offering.remove_dish(context.work, pressed.number(1))
    tell(context, "catalogue.dish_gone", pressed.number(), said.pressed_message, dish=row["name"])
