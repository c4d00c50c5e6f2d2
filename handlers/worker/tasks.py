"""A grid worker's presses: 接单 and 办好了 are two taps; what is needed now and then stands in `more`."""

from collections.abc import Mapping
from typing import Any

from handlers import entry, flows
from handlers.context import Context
from handlers.flows import Draft, Flow, Rows, Step
from handlers.said import Said
from handlers.sentence import sentence
from storage import cards, handling, order_lists, people, reach, rewards, roster, tickets, visit_lists, walk_ins
from storage.handling import Ticket
from storage.rules.errors import Stale
from storage.rules.lifecycle import Event, State
from storage.rules.press import Press, press
from storage.rules.rights import Action
from storage.work import Button

DECLINES = {one: f"decline_{one}" for one in ("not_mine", "too_far", "busy")}


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
    rows = [*await order_lists.to_check(work), *rows]
    buttons: Rows = []
    for row in rows:
        kind = work.directory.kinds.get(row["kind"])
        place = work.directory.name(row["place_id"], work.language) if row["place_id"] else ""
        label = {"number": row["number"], "place": place, "emoji": kind.emoji if kind else "", "state": row["state"]}
        buttons.append([("task", press("open", row["id"]), label)])
    on_duty = await roster.am_on_duty(work, context.person)
    switches: list[Button] = [("duty_off", press("duty", "off")) if on_duty else ("duty_on", press("duty", "on"))]
    if context.person["on_duty"] is not None:
        switches.append(("duty_auto", press("duty", "auto")))
    files: Rows = [[("menu_file", "file")]] if reach.holds(work, reach.FILERS) else []
    shifts: Rows = [[("duty_open", "dutylist")]] if people.is_staff(work.grants) else []
    calls = walk_ins.buttons(work, await walk_ins.halls_to_call(work))
    today = await visit_lists.of_day(work, context.person["id"], visit_lists.today(work))
    day: Rows = [[("visit_day", "vday")]] if today else []
    counter: Rows = []
    if on_duty and (fetched := await rewards.to_hand_out(work)):
        counter.append([("hand_list", press("handlist"), {"count": len(fetched)})])
    work.reply(
        "worker.tasks",
        [*day, *calls, *counter, *buttons, *files, switches, *shifts],
        count=len(rows),
        is_on_duty=on_duty,
    )


SWITCH: Mapping[str, bool | None] = {"on": True, "off": False, "auto": None}


@entry.pressed("duty")
async def duty(context: Context, pressed: Press, said: Said) -> None:
    """The personal switch: on or off duty whatever the hour, or by working time again."""
    name = pressed.args[0] if pressed.args else ""
    if name not in SWITCH:
        raise Stale
    context.work.person = people.change(context.work, context.person, on_duty=SWITCH[name])
    context.work.reply(f"worker.duty_{name}", edit=said.pressed_message)


@entry.pressed("accept")
async def accept(context: Context, pressed: Press, _said: Said) -> None:
    """接单."""
    ticket = await ticket_of(context, pressed)
    await handling.accept(context.work, ticket)


# --- decline -------------------------------------------------------------------------------------------------


async def _finish_decline(context: Context, draft: WorkDraft) -> None:
    await handling.decline(context.work, await by_id(context, draft.ticket_id), draft.words)
    context.work.reply("worker.declined")


DECLINE = flows.declare(
    Flow("decline", WorkDraft, (sentence("reason", "worker.ask_decline", usual=DECLINES),), _finish_decline)
)


@entry.pressed("decline")
async def decline(context: Context, pressed: Press, _said: Said) -> None:
    """Ask for the reason, then pass it on."""
    await begin(context, pressed, DECLINE, Action.DECLINE, Event.DECLINED)


async def begin(context: Context, pressed: Press, flow: Flow[WorkDraft], action: Action, event: Event) -> None:
    """Enter a flow about the ticket a button names. Raises the refusal that fits when it may not happen now."""
    ticket = await ticket_of(context, pressed)
    await handling.check(context.work, action, ticket, event)
    await flows.begin(context, flow, WorkDraft(ticket_id=ticket["id"]))


# --- finish --------------------------------------------------------------------------------------------------


async def _show_on_card(context: Context, draft: WorkDraft) -> bool:
    """Ask on the very card that was pressed, as `bot.cards` draws it while the question waits."""
    work = context.work
    if work.pressed is None or not await cards.stands_at(work.ledger, work.chat_id or 0, work.pressed):
        return False
    work.card(draft.ticket_id, context.person)
    work.spare_answer()
    return True


async def _renew_card(context: Context, draft: WorkDraft) -> bool:
    """Nothing is asked on the card any more."""
    context.work.card(draft.ticket_id, context.person)
    return False


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
        handling.FINISHING,
        WorkDraft,
        (
            Step(
                "proof",
                "worker.ask_proof",
                _take_proof,
                unclear="worker.proof_needed",
                needs_consent=False,
                shown=_show_on_card,
            ),
        ),
        _finish_finish,
        cancelled=_renew_card,
    )
)


@entry.pressed("not_yet")
async def not_yet(context: Context, pressed: Press, _said: Said) -> None:
    """Not done after all: the card is as it was."""
    ticket = await ticket_of(context, pressed)
    found = flows.current(context)
    if found is not None and found[0] is FINISH and found[1].ticket_id == ticket["id"]:
        await flows.drop(context)
    context.work.card(ticket["id"], context.person)


@entry.pressed("finish")
async def finish(context: Context, pressed: Press, _said: Said) -> None:
    """办好了: one picture where the kind asks for proof, otherwise at once."""
    ticket = await ticket_of(context, pressed)
    kind = context.work.directory.kinds.get(ticket["kind"])
    if kind is not None and kind.needs_proof and not _is_done_by(context, ticket):
        await begin(context, pressed, FINISH, Action.FINISH, Event.FINISHED)
        return
    await handling.finish(context.work, ticket, None, ())
    context.work.answer("worker.finished", number=ticket["number"])


def _is_done_by(context: Context, ticket: Ticket) -> bool:
    return bool(ticket["state"] == State.DONE and ticket["assignee_id"] == context.person["id"])
