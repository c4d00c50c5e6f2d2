"""Whoever carries a booking out, at the door and after: on the way, arrived, nobody there, done, and the stages."""

from datetime import UTC, date, datetime, time, timedelta

from handlers import entry, flows
from handlers.context import Context
from handlers.flows import Flow, Rows, Step
from handlers.said import Said
from handlers.sentence import sentence
from storage import handling, visit_lists, visit_moves, visit_results, visits
from storage.rules.errors import Stale
from storage.rules.lifecycle import Event
from storage.rules.press import Press, press
from storage.rules.rights import Action
from storage.rules.visits import Stage, check_arrival, check_miss
from storage.work import Button, Priority

from .danger import day_of
from .tasks import WorkDraft, begin, by_id, ticket_of

FETCH_DAYS = (1, 3, 7)
FETCH_AT = time(9)
SURE = "yes"


@entry.pressed("vday")
async def today(context: Context, _pressed: Press, _said: Said) -> None:
    """今天约好的: the day's list once more."""
    work = context.work
    rows = await visit_lists.of_day(work, context.person["id"], visit_lists.today(work))
    lines, buttons = visit_lists.shown(work, rows, work.language)
    work.reply("visit.day" if lines else "visit.day_empty", [*buttons, [("close", "close")]], lines=lines)


@entry.pressed("varoute")
async def on_the_way(context: Context, pressed: Press, _said: Said) -> None:
    """出发了."""
    ticket = await ticket_of(context, pressed)
    is_told = await visits.on_the_way(context.work, ticket)
    message = "visit.on_the_way_noted" if is_told else "visit.coming_noted"
    context.work.answer(message, number=ticket["number"])


@entry.pressed("vgone")
async def cannot(context: Context, pressed: Press, said: Said) -> None:
    """去不了, asked once more: somebody else at the same time, or the resident chooses another."""
    work, ticket = context.work, await ticket_of(context, pressed)
    if not _is_sure(pressed):
        await handling.check(work, Action.ARRIVE, ticket, Event.ARRIVED)
        yes: list[Button] = [("visit_cannot_yes", press("vgone", ticket["id"], SURE))]
        work.reply("visit.ask_gone", [yes, [("visit_still_go", "close")]], number=ticket["number"])
        return
    is_passed_on = await visit_moves.give_up(work, ticket)
    message = "visit.passed_on" if is_passed_on else "visit.not_passed_on"
    work.reply(message, edit=said.pressed_message, number=ticket["number"])


def _is_sure(pressed: Press) -> bool:
    return pressed.args[1:] == (SURE,)


# --- arrived -------------------------------------------------------------------------------------------------


class DoorDraft(WorkDraft):
    """What is said at the door: the code where one is asked for, then a picture or a position."""

    asks_code: bool = False
    proof: str = "none"


@entry.pressed("varrive")
async def arrive(context: Context, pressed: Press, _said: Said) -> None:
    """到了: at a home with a picture or a position; who comes to us needs none."""
    work, ticket = context.work, await ticket_of(context, pressed)
    booking = await visits.booking_of(work, ticket)
    if ticket["state"] == "on_site" and ticket["assignee_id"] == context.person["id"]:
        work.answer("visit.arrived_noted", number=ticket["number"])
        return  # a double tap
    await handling.check(work, Action.ARRIVE, ticket, Event.ARRIVED)
    check_arrival(booking["starts_at"], work.now)
    if not visits.is_at_home(booking):
        await visits.arrive(work, ticket)
        work.answer("visit.arrived_noted", number=ticket["number"])
        return
    await flows.begin(context, ARRIVE, DoorDraft(ticket_id=ticket["id"], asks_code=visits.asks_code(booking)))


async def _take_code(context: Context, draft: DoorDraft, said: Said) -> bool | None:
    if not said.text:
        return False
    left = await visits.check_code(context.work, await by_id(context, draft.ticket_id), said.text)
    if left is None:
        return True
    if left:
        context.work.reply("visit.code_wrong", [[("cancel", "cancel")]], left=left)
        return None
    context.conversation.clear()
    context.work.reply("visit.code_locked_agent")
    return None


async def _take_proof(_context: Context, draft: DoorDraft, said: Said) -> bool:
    if said.latitude is not None:
        draft.proof = "location"
    elif said.files:
        draft.proof, draft.files = "photo", list(said.files)
    return draft.proof != "none" or said.choice == "none"


async def _finish_arrive(context: Context, draft: DoorDraft) -> None:
    work, ticket = context.work, await by_id(context, draft.ticket_id)
    work.reply("visit.arrived_noted", ticket_id=ticket["id"], number=ticket["number"])
    work.card(ticket["id"], context.person, is_fresh=True, priority=Priority.ANSWER)  # what comes next, below it
    await visits.arrive(work, ticket, draft.files, {"proof": draft.proof})


ARRIVE = flows.declare(
    Flow(
        "visit_arrive",
        DoorDraft,
        (
            Step("code", "visit.ask_code", _take_code, lambda draft: draft.asks_code, needs_consent=False),
            Step(
                "proof",
                "visit.ask_proof",
                _take_proof,
                choices=lambda _context, _draft: [[("visit_no_proof", press("choose", "none"))]],
                unclear="visit.ask_proof",
                needs_consent=False,
            ),
        ),
        _finish_arrive,
    )
)


@entry.pressed("vmiss")
async def miss(context: Context, pressed: Press, said: Said) -> None:
    """没等到人: at a door it is asked whether they knocked and rang."""
    work, ticket = context.work, await ticket_of(context, pressed)
    booking = await visits.booking_of(work, ticket)
    if visits.is_at_home(booking) and not _is_sure(pressed):
        await handling.check(work, Action.MISS, ticket, Event.MISSED)
        check_miss(booking["starts_at"], work.now)
        yes: list[Button] = [("visit_miss_yes", press("vmiss", ticket["id"], SURE))]
        work.reply("visit.ask_miss", [yes, [("visit_wait_more", "close")]], number=ticket["number"])
        return
    is_rung = await visits.miss(work, ticket)
    message = "visit.missed_elder_noted" if is_rung else "visit.missed_noted"
    work.reply(message, edit=said.pressed_message if _is_sure(pressed) else None, number=ticket["number"])


# --- what came of it -----------------------------------------------------------------------------------------


@entry.pressed("vdone")
async def done(context: Context, pressed: Press, _said: Said) -> None:
    """办好了: one tap."""
    ticket = await ticket_of(context, pressed)
    await visit_results.finish(context.work, ticket)
    context.work.answer("worker.finished", number=ticket["number"])


async def _finish_not_done(context: Context, draft: WorkDraft) -> None:
    ticket = await by_id(context, draft.ticket_id)
    await visit_results.refuse(context.work, ticket, draft.words)
    context.work.reply("worker.finished", number=ticket["number"], ticket_id=ticket["id"])


NOT_DONE = flows.declare(Flow("visit_not_done", WorkDraft, (sentence("reason", "visit.ask_reason"),), _finish_not_done))


@entry.pressed("vnot")
async def not_done(context: Context, pressed: Press, _said: Said) -> None:
    """没办成, with the reason."""
    await begin(context, pressed, NOT_DONE, Action.FINISH, Event.FINISHED)


# --- stages --------------------------------------------------------------------------------------------------


class StageDraft(WorkDraft):
    """The stage that was reached, and from when on there is a result."""

    stage: str
    fetch_on: str = ""


@entry.pressed("vstage")
async def stage(context: Context, pressed: Press, _said: Said) -> None:
    """The next stage; for those that lead to something that can be fetched it is asked when."""
    work, ticket = context.work, await ticket_of(context, pressed)
    name = pressed.args[1] if len(pressed.args) > 1 else ""
    if name not in {str(one) for one in Stage}:
        raise Stale
    reached = Stage(name)
    if reached not in {Stage.HANDED_IN, Stage.DECIDED}:
        await visit_results.reach(work, ticket, reached)
        work.answer("visit.stage_noted", number=ticket["number"])
        return
    await handling.check(work, Action.STAGE, ticket, Event.STAGED)
    await flows.begin(context, STAGE, StageDraft(ticket_id=ticket["id"], stage=name))


async def _take_day(context: Context, draft: StageDraft, said: Said) -> bool:
    today = context.work.directory.calendar.to_local(context.work.now).date()
    if said.choice == "none":
        return True
    if said.choice is not None and said.choice.isdigit() and int(said.choice) in FETCH_DAYS:
        found: date | None = today + timedelta(days=int(said.choice))
    else:
        found = day_of(said.text, today)
    draft.fetch_on = found.isoformat() if found else ""
    return found is not None


def _days(_context: Context, _draft: StageDraft) -> Rows:
    return [
        [(f"plan_{days}", press("choose", str(days))) for days in FETCH_DAYS],
        [("visit_day_unknown", press("choose", "none"))],
    ]


async def _finish_stage(context: Context, draft: StageDraft) -> None:
    ticket = await by_id(context, draft.ticket_id)
    zone = context.work.directory.calendar.zone
    on = date.fromisoformat(draft.fetch_on) if draft.fetch_on else None
    fetch_at = datetime.combine(on, FETCH_AT, zone).astimezone(UTC) if on else None
    await visit_results.reach(context.work, ticket, Stage(draft.stage), fetch_at)
    edit = context.pressed_message
    context.work.reply("visit.stage_noted", edit=edit, number=ticket["number"], ticket_id=ticket["id"])


STAGE = flows.declare(
    Flow(
        "visit_stage",
        StageDraft,
        (
            Step(
                "day",
                "visit.ask_fetch_day",
                _take_day,
                choices=_days,
                unclear="visit.fetch_day_unclear",
                needs_consent=False,
            ),
        ),
        _finish_stage,
    )
)
