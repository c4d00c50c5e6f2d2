"""How a request to neighbours begins: with the menu, or with a sentence, from which as much as possible is taken."""

from handlers import flows
from handlers.context import Context
from handlers.resident.draft import is_danger
from handlers.said import Said
from storage import helped
from storage.drafts import ReportDraft
from storage.order_drafts import ORDER, OrderDraft

from . import what, whom


def is_offered(context: Context) -> bool:
    """Whether neighbours can be asked here: the import says so."""
    kind = context.work.directory.kinds.get(helped.ORDER)
    return kind is not None and kind.flow == ORDER


async def start(context: Context, said: Said, *, is_guess: bool = False) -> None:
    """Begin with whatever was said."""
    draft = OrderDraft(is_guess=is_guess)
    await whom.know(context, draft)
    if said.text or said.files:
        what.take_in(context, draft, said)
    await begin(context, draft)


async def begin(context: Context, draft: OrderDraft) -> None:
    """Ask what is missing."""
    found = flows.current(context)
    if found is not None and isinstance(found[1], OrderDraft):
        context.conversation.clear()
    await flows.begin(context, flows.named(ORDER), draft, edit=context.pressed_message)


async def instead(context: Context, report: ReportDraft) -> bool:
    """A report whose words surely ask for a neighbour's hand goes on as a request; nothing of it is lost."""
    if report.intent != ORDER or not is_offered(context):
        return False
    is_calm = report.danger == "no" and not report.is_confidential and not report.is_anonymous
    is_plain = report.caller_name is None and report.before is None and "kind" not in report.answered
    if not is_calm or not is_plain or is_danger(report.words):
        return False
    if not what.wants_neighbours(context, report.words):
        return False
    context.conversation.clear()
    draft = OrderDraft(resumes=report.resumes)
    await whom.know(context, draft)
    what.take_in(context, draft, Said(text=report.words, files=tuple(report.files), album=report.album))
    await begin(context, draft)
    return True
