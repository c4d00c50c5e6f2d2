"""A danger on the way: raised by whoever has it in hand, 到场 (on site), 已控制 (under control) with a dated plan."""

import re
from datetime import UTC, date, datetime, time, timedelta

from handlers import entry, flows
from handlers.context import Context
from handlers.flows import Flow, Rows, Step
from handlers.said import Said
from handlers.sentence import sentence
from storage import danger, handling
from storage.rules.errors import Stale
from storage.rules.lifecycle import Event
from storage.rules.press import Press, press
from storage.rules.rights import Action

from .tasks import WorkDraft, by_id, ticket_of

PLAN_DAYS = (0, 1, 3, 7)
ENDS_AT = time(18)
FARTHEST_DAYS = 365
_DATE = re.compile(r"(?:(\d{4})\s*[年/.-]\s*)?(\d{1,2})\s*[月/.-]\s*(\d{1,2})\s*[日号]?")


class PlanDraft(WorkDraft):
    """What follows a danger, and by which day."""

    due_on: str = ""


@entry.pressed("raise")
async def raise_danger(context: Context, pressed: Press, _said: Said) -> None:
    """It is dangerous here: everybody is called."""
    ticket = await ticket_of(context, pressed)
    await danger.raise_to(context.work, ticket)
    context.work.reply("danger.raised", number=ticket["number"], ticket_id=ticket["id"])


@entry.pressed("arrive")
async def arrive(context: Context, pressed: Press, _said: Said) -> None:
    """到场."""
    ticket = await ticket_of(context, pressed)
    await danger.arrive(context.work, ticket)
    context.work.answer("danger.arrived", number=ticket["number"])


async def _take_day(context: Context, draft: PlanDraft, said: Said) -> bool:
    today = context.work.directory.calendar.to_local(context.work.now).date()
    if said.choice is not None and said.choice.isdigit() and int(said.choice) in PLAN_DAYS:
        day: date | None = today + timedelta(days=int(said.choice))
    else:
        day = day_of(said.text, today)
    draft.due_on = day.isoformat() if day else ""
    return day is not None


def day_of(text: str, today: date) -> date | None:
    """A day as people write it ("11月30日", "11-30", "2026-12-01"), from today on and within a year; None otherwise."""
    found = _DATE.search(text)
    if found is None:
        return None
    year = int(found[1] or today.year)
    try:
        day = date(year, int(found[2]), int(found[3]))
        if found[1] is None and day < today:
            day = day.replace(year=year + 1)
    except ValueError:
        return None
    return day if timedelta() <= day - today <= timedelta(days=FARTHEST_DAYS) else None


def _days(_context: Context, _draft: PlanDraft) -> Rows:
    return [[(f"plan_{days}", press("choose", str(days))) for days in PLAN_DAYS]]


async def _finish_plan(context: Context, draft: PlanDraft) -> None:
    work = context.work
    ticket = await by_id(context, draft.ticket_id)
    zone = work.directory.calendar.zone
    end = datetime.combine(date.fromisoformat(draft.due_on), ENDS_AT, zone).astimezone(UTC)
    # A plan for today that is made in the evening has until midnight.
    midnight = datetime.combine(date.fromisoformat(draft.due_on), time(23, 59), zone).astimezone(UTC)
    due_at = end if end > work.now else midnight
    if due_at <= work.now:
        raise Stale
    await danger.control(work, ticket, draft.words, due_at)
    work.reply("danger.controlled", number=ticket["number"], due_at_text=due_at)


CONTROL = flows.declare(
    Flow(
        "control",
        PlanDraft,
        (
            sentence("plan", "danger.ask_plan"),
            Step("day", "danger.ask_day", _take_day, choices=_days, unclear="danger.day_unclear", needs_consent=False),
        ),
        _finish_plan,
    )
)


@entry.pressed("control")
async def control(context: Context, pressed: Press, _said: Said) -> None:
    """已控制: what was done, and what follows by when."""
    ticket = await ticket_of(context, pressed)
    await handling.check(context.work, Action.CONTROL, ticket, Event.BROUGHT_UNDER_CONTROL)
    await flows.begin(context, CONTROL, PlanDraft(ticket_id=ticket["id"]))
