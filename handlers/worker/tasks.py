"""A grid worker's presses: 接单 and 办好了 are two taps; everything else is one button further."""

from typing import Any

from handlers import entry, flows
from handlers.context import Context
from handlers.flows import Draft, Flow, Rows, Step
from handlers.said import Said
from storage import handling, people, routing, tickets
from storage.handling import Ticket
from storage.rules.errors import NotYours, Stale
from storage.rules.press import Press, base36, press
from storage.rules.rights import Action, Role
from storage.work import Button

DECLINES = ("not_mine", "too_far", "busy")


class WorkDraft(Draft):
    """What a worker says about one ticket."""

    ticket_id: int
    words: str = ""
    files: list[dict[str, Any]] = []


async def ticket_of(context: Context, pressed: Press) -> Ticket:
    """The ticket a button names, read again. Raises Stale when there is none."""
    return await by_id(context, pressed.number())


async def by_id(context: Context, ticket_id: int | None) -> Ticket:
    """A ticket, read again. Raises Stale when there is none."""
    ticket = await tickets.by_id(context.work.ledger, ticket_id)
    if ticket is None:
        raise Stale
    return ticket


@entry.command("tasks", menu="menu_tasks")
async def tasks(context: Context, _args: list[str]) -> None:
    """What was offered to me and what I have in hand, the most urgent first."""
    work = context.work
    rows = await tickets.of_worker(work.ledger, context.person["id"])
    buttons: Rows = []
    for row in rows:
        kind = work.directory.kinds.get(row["kind"])
        place = work.directory.name(row["place_id"], work.language) if row["place_id"] else ""
        label = {"number": row["number"], "place": place, "emoji": kind.emoji if kind else "", "state": row["state"]}
        buttons.append([("task", press("open", row["id"]), label)])
    on_duty = people.is_on_duty(work, context.person)
    switch: Button = ("duty_off", press("duty", "off")) if on_duty else ("duty_on", press("duty", "on"))
    work.reply("worker.tasks", [*buttons, [switch]], count=len(rows), is_on_duty=on_duty)


@entry.pressed("duty")
async def duty(context: Context, pressed: Press, said: Said) -> None:
    """The personal switch: on or off duty, whatever the working time says."""
    is_on = pressed.args[:1] == ("on",)
    context.work.person = people.change(context.work, context.person, on_duty=is_on)
    context.work.reply("worker.duty_on" if is_on else "worker.duty_off", edit=said.pressed_message)


@entry.pressed("accept")
async def accept(context: Context, pressed: Press, _said: Said) -> None:
    """接单."""
    ticket = await ticket_of(context, pressed)
    await handling.accept(context.work, ticket)
    context.work.answer("worker.accepted", number=ticket["number"])


# --- decline -------------------------------------------------------------------------------------------------


async def _take_decline(_context: Context, draft: WorkDraft, said: Said) -> bool:
    draft.words = said.choice or said.text
    return bool(draft.words)


async def _finish_decline(context: Context, draft: WorkDraft) -> None:
    await handling.decline(context.work, await by_id(context, draft.ticket_id), draft.words)
    context.work.reply("worker.declined")


DECLINE = flows.declare(
    Flow(
        "decline",
        WorkDraft,
        (
            Step(
                "reason",
                "worker.ask_decline",
                _take_decline,
                choices=lambda _context, _draft: [[(f"decline_{one}", press("choose", one))] for one in DECLINES],
                needs_consent=False,
            ),
        ),
        _finish_decline,
    )
)


@entry.pressed("decline")
async def decline(context: Context, pressed: Press, _said: Said) -> None:
    """Ask for the reason, then pass it on."""
    await _begin(context, pressed, Action.DECLINE, DECLINE)


async def _begin(context: Context, pressed: Press, action: Action, flow: Flow[WorkDraft]) -> None:
    ticket = await ticket_of(context, pressed)
    if not await tickets.allowed(context.work, action, ticket):
        context.work.audit("refused", action=str(action))
        raise NotYours
    await flows.begin(context, flow, WorkDraft(ticket_id=ticket["id"]))


# --- finish --------------------------------------------------------------------------------------------------


async def _take_proof(context: Context, draft: WorkDraft, said: Said) -> bool:
    if said.files:
        draft.files = [*draft.files, *said.files]
        draft.words = said.text or draft.words
        return True
    if said.choice == "no_photo":
        kind = context.work.directory.kinds.get((await by_id(context, draft.ticket_id))["kind"])
        return kind is None or not kind.needs_proof
    draft.words = said.text or draft.words
    return False


async def _finish_finish(context: Context, draft: WorkDraft) -> None:
    ticket = await by_id(context, draft.ticket_id)
    await handling.finish(context.work, ticket, draft.words or None, draft.files)
    context.work.reply("worker.finished", number=ticket["number"], ticket_id=ticket["id"])


FINISH = flows.declare(
    Flow(
        "finish",
        WorkDraft,
        (Step("proof", "worker.ask_proof", _take_proof, unclear="worker.proof_needed", needs_consent=False),),
        _finish_finish,
    )
)


@entry.pressed("finish")
async def finish(context: Context, pressed: Press, _said: Said) -> None:
    """办好了: one picture where the kind asks for proof, otherwise at once."""
    ticket = await ticket_of(context, pressed)
    kind = context.work.directory.kinds.get(ticket["kind"])
    if kind is not None and kind.needs_proof:
        await _begin(context, pressed, Action.FINISH, FINISH)
        return
    await handling.finish(context.work, ticket, None, ())
    context.work.answer("worker.finished", number=ticket["number"])


# --- more: ask, progress, hand over --------------------------------------------------------------------------


@entry.pressed("more")
async def more(context: Context, pressed: Press, _said: Said) -> None:
    """What is needed now and then."""
    ticket = await ticket_of(context, pressed)
    rows: Rows = [
        [("ask", press("ask", ticket["id"])), ("progress", press("progress", ticket["id"]))],
        [("hand_over", press("hand", ticket["id"])), ("history", press("history", ticket["id"]))],
        [("close", "close")],
    ]
    context.work.reply("worker.more", rows, number=ticket["number"])


async def _take_words(_context: Context, draft: WorkDraft, said: Said) -> bool:
    draft.words = said.text
    return bool(said.text) and said.choice is None


async def _finish_ask(context: Context, draft: WorkDraft) -> None:
    ticket = await by_id(context, draft.ticket_id)
    await handling.ask(context.work, ticket, draft.words)
    context.work.reply("worker.asked", number=ticket["number"])


async def _finish_progress(context: Context, draft: WorkDraft) -> None:
    ticket = await by_id(context, draft.ticket_id)
    await handling.progress(context.work, ticket, draft.words)
    context.work.reply("worker.progressed", number=ticket["number"])


ASK = flows.declare(
    Flow("ask", WorkDraft, (Step("words", "worker.ask_question", _take_words, needs_consent=False),), _finish_ask)
)
PROGRESS = flows.declare(
    Flow(
        "progress",
        WorkDraft,
        (Step("words", "worker.ask_progress", _take_words, needs_consent=False),),
        _finish_progress,
    )
)


@entry.pressed("ask")
async def ask(context: Context, pressed: Press, _said: Said) -> None:
    """Ask the resident something."""
    await _begin(context, pressed, Action.ASK, ASK)


@entry.pressed("progress")
async def progress(context: Context, pressed: Press, _said: Said) -> None:
    """Tell the resident how it stands."""
    await _begin(context, pressed, Action.PROGRESS, PROGRESS)


async def colleagues(context: Context, ticket: Ticket) -> list[Any]:
    """Those who may be handed a ticket: workers of its places and of the neighbouring grids, who can be reached."""
    directory = context.work.directory
    places = directory.scope(ticket["place_id"]) | directory.neighbour_grids(ticket["place_id"])
    roles = {Role.GRID_WORKER, Role.BUILDING_HEAD, Role.UNIT_HEAD, Role.PROPERTY_FIRM, Role.PROXY_AGENT}
    rows = await people.holders(context.work.ledger, roles, places)
    found = {row["id"]: row for row in rows if row["telegram_id"] is not None and row["unreachable_at"] is None}
    found.pop(context.person["id"], None)
    return list(found.values())


@entry.pressed("hand")
async def hand_over(context: Context, pressed: Press, said: Said) -> None:
    """Choose a colleague by name."""
    ticket = await ticket_of(context, pressed)
    if not await tickets.allowed(context.work, Action.HAND_OVER, ticket):
        raise NotYours
    found = await colleagues(context, ticket)
    loads = await routing.open_counts(context.work, [row["id"] for row in found])
    rows: Rows = [
        [
            (
                "colleague",
                press("handto", ticket["id"], base36(row["id"])),
                {"name": row["name"], "count": loads.get(row["id"], 0)},
            )
        ]
        for row in found[:12]
    ]
    context.work.reply("worker.ask_colleague", [*rows, [("close", "close")]], edit=said.pressed_message)


@entry.pressed("handto")
async def hand_to(context: Context, pressed: Press, said: Said) -> None:
    """Hand it to the chosen one, who still has to accept."""
    ticket = await ticket_of(context, pressed)
    colleague = next((row for row in await colleagues(context, ticket) if row["id"] == pressed.number(1)), None)
    if colleague is None:
        raise Stale
    await handling.hand_over(context.work, ticket, colleague, "")
    context.work.reply("worker.handed_over", edit=said.pressed_message, number=ticket["number"], name=colleague["name"])


@entry.pressed("close")
async def close(context: Context, _pressed: Press, said: Said) -> None:
    """A way out of every side menu."""
    context.work.reply("flow.closed", edit=said.pressed_message)


@entry.pressed("history")
async def history(context: Context, pressed: Press, said: Said) -> None:
    """Everything that happened, with the reasons, for those who may see the ticket."""
    ticket = await ticket_of(context, pressed)
    if not await tickets.allowed(context.work, Action.SEE, ticket):
        raise NotYours
    rows = await tickets.history_of(context.work.ledger, ticket["id"])
    named = await people.by_ids(context.work.ledger, {row["actor_id"] for row in rows if row["actor_id"]})
    told = [
        {
            "at": row["at"].isoformat(),
            "event": row["event"],
            "who": named[row["actor_id"]]["name"] if row["actor_id"] in named and not _is_hidden(ticket, row) else None,
            "words": (row["why"] or {}).get("words"),
            "reason": (row["why"] or {}).get("reason"),
        }
        for row in rows
    ]
    context.work.reply(
        "worker.history",
        [[("close", "close")]],
        edit=said.pressed_message,
        ticket_id=ticket["id"],
        number=ticket["number"],
        rows=told,
    )


def _is_hidden(ticket: Ticket, row: Any) -> bool:
    return bool(ticket["is_anonymous"]) and row["actor_id"] == ticket["owner_id"]
