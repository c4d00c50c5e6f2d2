"""Ways to ask neighbours: /order, the big button, "once more" on a card, or a sentence."""

from handlers import entry, flows
from handlers.context import Context
from handlers.reading import Danger, Intent
from handlers.resident import matters, report
from handlers.resident.draft import READER, is_another_matter
from handlers.resident.short import says
from handlers.said import Said
from storage import orders, tickets
from storage.ledger import Row
from storage.rules.errand_words import meant
from storage.rules.errors import NotYours, Stale
from storage.rules.press import Press

from . import flow, start, what, whom

TAKES_WORDS = frozenset({"guess", "what", "name", "room"})
"""Questions that are answered in words of any kind."""
LONG = 80
"""A long story is about something else."""


@entry.command("order", menu="menu_order")
async def order(context: Context, args: list[str]) -> None:
    """/order, with or without words, and the button 找人帮忙; a person arranges it where neighbours cannot be asked."""
    said = Said(text=" ".join(args))
    if start.is_offered(context):
        await start.start(context, said)
    else:
        await report.start(context, said)


@entry.pressed("order")
async def order_pressed(context: Context, pressed: Press, _said: Said) -> None:
    """The menu; or the same once more, where the button names a request."""
    ticket = await tickets.by_id(context.work.ledger, pressed.number())
    was = await orders.of(context.work.ledger, ticket["id"]) if ticket is not None else None
    if ticket is None or was is None:
        await order(context, [])
        return
    await _once_more(context, ticket, was)


async def _once_more(context: Context, ticket: Row, was: Row) -> None:
    facts = await tickets.facts(context.work.ledger, ticket)
    me = context.person["id"]
    if me not in {facts.owner_id, facts.filed_by_id, *facts.relative_ids}:
        raise NotYours
    if not start.is_offered(context):
        raise Stale
    draft = what.copy_of(ticket, was)
    await whom.know(context, draft)
    if facts.owner_id != me:
        draft.is_filed = me == facts.filed_by_id and me not in facts.relative_ids
        owner = next((one for one in draft.elders if one["id"] == facts.owner_id), None)
        draft.owner_id, draft.owner_name = facts.owner_id, owner["name"] if owner else None
    await start.begin(context, draft)


@entry.heard(19)
async def matter_meanwhile(context: Context, said: Said) -> bool:
    """Something else is the matter in the middle of a request: that is heard, and the request goes on afterwards."""
    found = flows.current(context)
    step = found[0].wanted(found[1]) if found is not None else None
    if found is None or step is None or found[0] is not flow.FLOW or not said.text:
        return False
    if says(said.text, "never_mind") and step.name not in {"whom", "alone", "room"}:
        await flows.leave(context)
        return True
    if step.name in TAKES_WORDS or not is_another_matter(said.text, step.name):
        return False
    await report.start(context, said)
    return True


@entry.heard(44)
async def in_a_sentence(context: Context, said: Said) -> bool:
    """A sentence that surely asks for a neighbour's hand, or calls a common request by its name."""
    if not _may_be_one(context, said):
        return False
    is_sure = what.wants_neighbours(context, said.text)
    if (not is_sure and not _is_called_by_name(context, said.text)) or await matters.by_number(context, said.text):
        return False
    await start.start(context, said, is_guess=not is_sure)
    return True


def _is_called_by_name(context: Context, text: str) -> bool:
    reading = READER.read(text)
    if reading.intent_sure or reading.intent is Intent.BOOK or len(text) > LONG:
        return False
    return meant(context.work.directory.helping.errands.values(), text, is_by_name=True) is not None


@entry.heard(46)
async def perhaps(context: Context, said: Said) -> bool:
    """A sentence that may ask for one, or names a common request and reports nothing: it is asked whether it does."""
    if not _may_be_one(context, said) or len(said.text) > LONG:
        return False
    reading = READER.read(said.text)
    if reading.intent is not Intent.ORDER:
        named = meant(context.work.directory.helping.errands.values(), said.text)
        if named is None or reading.intent_sure or reading.intent is Intent.REPORT:
            return False
    if await matters.by_number(context, said.text) is not None:
        return False
    await start.start(context, said, is_guess=True)
    return True


def _may_be_one(context: Context, said: Said) -> bool:
    """Words that are no danger; and neighbours can be asked at all."""
    if not said.text or said.latitude is not None or not start.is_offered(context):
        return False
    return READER.read(said.text).danger is Danger.NO
