"""What a worker needs now and then: ask the resident, report progress, hand over, raise a danger, read the story."""

from typing import Any

from handlers import entry, flows
from handlers.context import Context
from handlers.flows import Flow, Rows
from handlers.said import Said
from handlers.sentence import sentence
from storage import candidates, handling, people, tickets
from storage.handling import Ticket
from storage.rules.errors import NotYours, Stale
from storage.rules.lifecycle import Event
from storage.rules.press import Press, base36, press
from storage.rules.rights import Action, actions
from storage.work import Button

from .tasks import WorkDraft, begin, by_id, ticket_of

COLLEAGUES_SHOWN = 12


@entry.pressed("more")
async def more(context: Context, pressed: Press, _said: Said) -> None:
    """What may be done with this ticket now, beside taking and finishing it."""
    ticket = await ticket_of(context, pressed)
    if not await tickets.allowed(context.work, Action.SEE, ticket):
        raise NotYours
    facts = await tickets.facts(context.work.ledger, ticket)
    can = actions(people.as_actor(context.person["id"], context.work.grants), facts)
    shown: list[Button] = [
        (label, press(verb, ticket["id"]))
        for action, label, verb in (
            (Action.ASK, "ask", "ask"),
            (Action.PROGRESS, "progress", "progress"),
            (Action.HAND_OVER, "hand_over", "hand"),
        )
        if action in can
    ]
    shown.append(("history", press("history", ticket["id"])))
    if Action.PROGRESS in can and not ticket["is_danger"]:
        shown.append(("danger_now", press("raise", ticket["id"])))
    rows: Rows = [shown[at : at + 2] for at in range(0, len(shown), 2)]
    context.work.reply("worker.more", [*rows, [("close", "close")]], number=ticket["number"], ticket_id=ticket["id"])


@entry.pressed("close")
async def close(context: Context, _pressed: Press, said: Said) -> None:
    """A way out of every side menu."""
    context.work.reply("flow.closed", edit=said.pressed_message)


# --- ask, progress -------------------------------------------------------------------------------------------


async def _finish_ask(context: Context, draft: WorkDraft) -> None:
    ticket = await by_id(context, draft.ticket_id)
    await handling.ask(context.work, ticket, draft.words)
    context.work.reply("worker.asked", number=ticket["number"])


async def _finish_progress(context: Context, draft: WorkDraft) -> None:
    ticket = await by_id(context, draft.ticket_id)
    await handling.progress(context.work, ticket, draft.words)
    context.work.reply("worker.progressed", number=ticket["number"])


ASK = flows.declare(Flow("ask", WorkDraft, (sentence("words", "worker.ask_question"),), _finish_ask))
PROGRESS = flows.declare(Flow("progress", WorkDraft, (sentence("words", "worker.ask_progress"),), _finish_progress))


@entry.pressed("ask")
async def ask(context: Context, pressed: Press, _said: Said) -> None:
    """Ask the resident something."""
    await begin(context, pressed, ASK, Action.ASK, Event.ASKED)


@entry.pressed("progress")
async def progress(context: Context, pressed: Press, _said: Said) -> None:
    """Tell the resident how it stands."""
    await begin(context, pressed, PROGRESS, Action.PROGRESS, Event.PROGRESSED)


# --- hand over -----------------------------------------------------------------------------------------------


@entry.pressed("hand")
async def hand_over(context: Context, pressed: Press, said: Said) -> None:
    """Choose a colleague by name."""
    ticket = await ticket_of(context, pressed)
    await handling.check(context.work, Action.HAND_OVER, ticket, Event.HANDED_OVER)
    found = await candidates.colleagues(context.work, ticket)
    loads = await candidates.open_counts(context.work, [row["id"] for row in found])
    rows: Rows = [
        [
            (
                "colleague",
                press("handto", ticket["id"], base36(row["id"])),
                {"name": row["name"], "count": loads.get(row["id"], 0)},
            )
        ]
        for row in found[:COLLEAGUES_SHOWN]
    ]
    message = "worker.ask_colleague" if found else "worker.no_colleague"
    context.work.reply(message, [*rows, [("close", "close")]], edit=said.pressed_message)


@entry.pressed("handto")
async def hand_to(context: Context, pressed: Press, said: Said) -> None:
    """Hand it to the chosen one, who still has to accept."""
    ticket = await ticket_of(context, pressed)
    found = await candidates.colleagues(context.work, ticket)
    colleague = next((row for row in found if row["id"] == pressed.number(1)), None)
    if colleague is None:
        raise Stale
    await handling.hand_over(context.work, ticket, colleague, "")
    context.work.reply("worker.handed_over", edit=said.pressed_message, number=ticket["number"], name=colleague["name"])


# --- the story -----------------------------------------------------------------------------------------------


@entry.pressed("history")
async def history(context: Context, pressed: Press, _said: Said) -> None:
    """Everything that happened, with the reasons, for staff who may see the ticket."""
    work, ticket = context.work, await ticket_of(context, pressed)
    if not people.is_staff(work.grants) or not await tickets.allowed(work, Action.SEE, ticket):
        raise NotYours
    rows = await tickets.history_of(work.ledger, ticket["id"])
    hidden = await _hidden(context, ticket)
    named = await people.by_ids(work.ledger, {one for row in rows for one in _people(row)} - hidden)
    names = {one: row["name"] for one, row in named.items()}
    told = [_told(row, names) for row in rows]
    work.reply("worker.history", [[("close", "close")]], ticket_id=ticket["id"], number=ticket["number"], rows=told)


async def _hidden(context: Context, ticket: Ticket) -> set[int]:
    """Who is not named to this reader: the owner of an anonymous ticket, and whoever filed it for them."""
    if await tickets.allowed(context.work, Action.SEE_PERSON, ticket) or not ticket["is_anonymous"]:
        return set()
    return {ticket["owner_id"], ticket["filed_by_id"]}


def _people(row: Any) -> set[int]:
    why = row["why"] or {}
    passed = {one["person"] for one in why.get("passed_over") or ()}
    return {one for one in (row["actor_id"], why.get("person"), *passed) if one is not None}


def _told(row: Any, names: dict[int, str]) -> dict[str, Any]:
    why = row["why"] or {}
    passed = why.get("passed_over") or ()
    return {
        "at": row["at"].isoformat(),
        "event": row["event"],
        "who": names.get(row["actor_id"]),
        "whom": [names[one] for one in why.get("to") or (why.get("person"),) if one in names],
        "words": why.get("words"),
        "reason": why.get("reason"),
        "step": why.get("step"),
        "passed_over": [{"name": names[one["person"]], "why": one["why"]} for one in passed if one["person"] in names],
    }
