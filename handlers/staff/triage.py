"""/triage: what needs the duty secretary, and what can be done about one matter: assign, correct, merge, refuse."""

from typing import Any

from handlers import entry
from handlers.context import Context
from handlers.flows import Rows
from handlers.lookup import ticket_of
from handlers.said import Said
from storage import attention, reach, tickets, triage
from storage.attention import Need
from storage.ledger import Row
from storage.rules.errors import NotYours, Stale
from storage.rules.lifecycle import OPEN, Event, State, events_from
from storage.rules.press import Press, press
from storage.rules.rights import Action
from storage.triage import Able, Ticket
from storage.work import Button

PAGE = 6
SECRETARIES = sorted(str(role) for role in reach.SECRETARIES)


# --- the lists -----------------------------------------------------------------------------------------------


@entry.command("triage", menu="menu_triage")
async def overview(context: Context, _args: list[str]) -> None:
    """How many matters need somebody, list by list."""
    await _overview(context, None)


@entry.pressed("tops")
async def overview_again(context: Context, _pressed: Press, said: Said) -> None:
    """Back from a list."""
    await _overview(context, said.pressed_message)


async def _overview(context: Context, edit: int | None) -> None:
    work = context.work
    _check_secretary(context)
    counts = await attention.counts(work)
    rows: Rows = [[(f"need_{need}", press("tlist", need, 0), _count(counts[need]))] for need in Need]
    work.reply("triage.overview", [*rows, [("close", "close")]], edit=edit, count=sum(counts.values()))


def _count(count: int) -> dict[str, Any]:
    most = attention.MOST_COUNTED - 1
    return {"count": min(count, most), "is_more": count > most}


def _check_secretary(context: Context) -> None:
    if not reach.holds(context.work, reach.SECRETARIES):
        raise NotYours


@entry.pressed("tlist")
async def one_list(context: Context, pressed: Press, said: Said) -> None:
    """One page of one list; what is pressed shows its card."""
    work = context.work
    _check_secretary(context)
    name = pressed.args[0] if pressed.args else ""
    if name not in set(Need):
        raise Stale
    need, page = Need(name), pressed.number(1) or 0
    found = await attention.page(work, need, limit=PAGE + 1, offset=page * PAGE)
    rows: Rows = [[("matter", press("open", row["id"]), _label(context, row))] for row in found[:PAGE]]
    turn: list[Button] = [("earlier", press("tlist", need, page - 1))] if page else []
    if len(found) > PAGE:
        turn.append(("later", press("tlist", need, page + 1)))
    last: list[Button] = [("all_lists", "tops"), ("close", "close")]
    work.reply(
        "triage.list",
        [*rows, *([turn] if turn else []), last],
        edit=said.pressed_message,
        need=str(need),
        count=len(found[:PAGE]),
        for_roles=SECRETARIES,
    )


def _label(context: Context, row: Row) -> dict[str, Any]:
    kind = context.work.directory.kinds.get(row["kind"])
    return {"number": row["number"], "words": row["words"], "emoji": kind.emoji if kind else "", "state": row["state"]}


# --- one matter ----------------------------------------------------------------------------------------------


@entry.pressed("triage")
async def menu(context: Context, pressed: Press, _said: Said) -> None:
    """What can be done about one matter, as its state allows."""
    ticket = await mine(context, pressed)
    legal = events_from(State(ticket["state"]))
    offered: list[tuple[Event, str]] = [
        (Event.ASSIGNED, "assign"),
        (Event.KIND_CHANGED, "rekind"),
        (Event.PLACE_CHANGED, "replace"),
        (Event.MERGED, "merge"),
        (Event.REFUSED, "refuse"),
    ]
    can: list[Button] = [
        (f"triage_{verb}", press(verb, ticket["id"]))
        for event, verb in offered
        if event in legal and (event is not Event.MERGED or not ticket["is_confidential"])
    ]
    rows: Rows = [can[at : at + 2] for at in range(0, len(can), 2)]
    last: list[Button] = [("history", press("history", ticket["id"])), ("close", "close")]
    # A message of its own: the card above it stays.
    context.work.reply("triage.menu", [*rows, last], ticket_id=ticket["id"], number=ticket["number"])


async def mine(context: Context, pressed: Press) -> Ticket:
    """The ticket a button names, if the one who presses may set it right now. Raises Stale or NotYours."""
    ticket = await ticket_of(context, pressed)
    if not await tickets.allowed(context.work, Action.TRIAGE, ticket):
        raise NotYours
    if State(ticket["state"]) not in OPEN - {State.DONE}:
        raise Stale
    return ticket


@entry.pressed("assign")
async def assign(context: Context, pressed: Press, said: Said) -> None:
    """Who could take it, with what each has in hand."""
    ticket, page = await mine(context, pressed), pressed.number(1) or 0
    found = await triage.able(context.work, ticket)
    shown = found[page * PAGE : (page + 1) * PAGE]
    rows: Rows = [[_person(ticket, one)] for one in shown]
    turn: list[Button] = [("earlier", press("assign", ticket["id"], page - 1))] if page else []
    if len(found) > (page + 1) * PAGE:
        turn.append(("later", press("assign", ticket["id"], page + 1)))
    context.work.reply(
        "triage.ask_person",
        [*rows, *([turn] if turn else []), [("close", "close")]],
        edit=said.pressed_message,
        ticket_id=ticket["id"],
        number=ticket["number"],
        count=len(found),
    )


def _person(ticket: Ticket, one: Able) -> Button:
    params = {"name": one.person["name"], "role": one.roles[0], "count": one.open_count, "is_on_duty": one.is_on_duty}
    return ("able", press("assignto", ticket["id"], one.person["id"]), params)


@entry.pressed("assignto")
async def assign_to(context: Context, pressed: Press, said: Said) -> None:
    """It is offered to that person, with a fresh limit."""
    ticket = await mine(context, pressed)
    person = await triage.assign(context.work, ticket, pressed.number(1))
    is_booked = ticket["booked_until"] is not None
    told = {"number": ticket["number"], "name": person["name"], "is_booked": is_booked}
    context.work.reply("triage.assigned", edit=said.pressed_message, **told)


@entry.pressed("rekind")
async def ask_kind(context: Context, pressed: Press, said: Said) -> None:
    """Which kind it is really."""
    ticket = await mine(context, pressed)
    work = context.work
    own = work.directory.kinds.get(ticket["kind"])
    kinds = [kind for kind in work.directory.kinds.values() if kind != own and (own is None or kind.flow == own.flow)]
    if ticket["is_danger"]:
        kinds = [kind for kind in kinds if kind.code != tickets.DANGER]
    buttons: list[Button] = [
        ("named", press("kindto", ticket["id"], kind.code), {"name": f"{kind.emoji} {kind.name_in(work.language)}"})
        for kind in kinds
    ]
    rows: Rows = [buttons[at : at + 2] for at in range(0, len(buttons), 2)]
    work.reply(
        "triage.ask_kind",
        [*rows, [("close", "close")]],
        edit=said.pressed_message,
        ticket_id=ticket["id"],
        number=ticket["number"],
    )


@entry.pressed("kindto")
async def kind_to(context: Context, pressed: Press, said: Said) -> None:
    """The kind is changed, and with it the limits."""
    ticket = await mine(context, pressed)
    await triage.change_kind(context.work, ticket, pressed.args[1] if len(pressed.args) > 1 else "")
    context.work.reply("triage.corrected", edit=said.pressed_message, number=ticket["number"])


@entry.pressed("rung")
async def rung_back(context: Context, pressed: Press, _said: Said) -> None:
    """The one who was not satisfied was rung."""
    ticket = await ticket_of(context, pressed)
    await triage.ring_back(context.work, ticket)
    context.work.answer("triage.rung_back", number=ticket["number"])
