"""A danger on the way: 到场 (on site), 已控制 (under control) with a dated plan."""

from handlers import entry, flows
from handlers.context import Context
from handlers.flows import Flow, Step
from handlers.said import Said
from storage import danger
from storage.rules.press import Press

from .tasks import WorkDraft, by_id, ticket_of


@entry.pressed("arrive")
async def arrive(context: Context, pressed: Press, _said: Said) -> None:
    """到场."""
    ticket = await ticket_of(context, pressed)
    await danger.arrive(context.work, ticket)
    context.work.answer("danger.arrived", number=ticket["number"])


async def _take_plan(_context: Context, draft: WorkDraft, said: Said) -> bool:
    draft.words = said.text
    return bool(said.text)


async def _finish_plan(context: Context, draft: WorkDraft) -> None:
    ticket = await by_id(context, draft.ticket_id)
    await danger.control(context.work, ticket, draft.words)
    context.work.reply("danger.controlled", number=ticket["number"])


CONTROL = flows.declare(
    Flow("control", WorkDraft, (Step("plan", "danger.ask_plan", _take_plan, needs_consent=False),), _finish_plan)
)


@entry.pressed("control")
async def control(context: Context, pressed: Press, _said: Said) -> None:
    """已控制: what was done, and what follows by when."""
    ticket = await ticket_of(context, pressed)
    await flows.begin(context, CONTROL, WorkDraft(ticket_id=ticket["id"]))
