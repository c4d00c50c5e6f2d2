"""Reporting: one sentence, a picture or a position begins a draft; the bot asks what is missing and shows one card.

Danger does not wait for any of that: it becomes a ticket with what is known, at once, and later words enrich it.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from handlers import flows
from handlers.context import Context
from handlers.flows import Flow, Rows, Step
from handlers.said import Said
from storage import drafts, duplicates, family, groups, reporting, tickets, unsure
from storage.drafts import CARD, AfterDraft, ReportDraft
from storage.rules.errors import Stale
from storage.rules.press import press
from storage.work import Priority

from . import confirm, steps, withdrawing
from .draft import is_danger, take_in
from .order import start as start_order
from .short import says

Take = Callable[[Context, ReportDraft, Said], Awaitable[bool | None]]


async def start(context: Context, said: Said, **known: Any) -> None:
    """Begin a report with whatever was said."""
    draft = ReportDraft(**known)
    take_in(context, draft, said)
    await go_on(context, draft, said)


async def go_on(context: Context, draft: ReportDraft, said: Said) -> None:
    """Danger at once; anything else step by step."""
    if draft.danger == "yes":
        await send_danger(context, draft)
        return
    if await start_order.instead(context, draft):
        return
    await know_elders(context, draft)
    await flows.begin(context, REPORT, draft, edit=said.pressed_message)


async def know_elders(context: Context, draft: ReportDraft) -> None:
    """Whom the one who asks may speak for; one elder alone, when "my mother" is meant, is not asked for twice."""
    elders = await family.elders_of(context.work.ledger, context.person["id"])
    draft.elders = [{"id": row["id"], "name": row["name"]} for row in elders]


async def send_danger(context: Context, draft: ReportDraft) -> None:
    """A danger is a ticket at once, routed to everybody of the first tier; the caller is told whom to ring."""
    work, person = context.work, context.person
    is_guess = draft.place_id is None and bool(draft.options)
    if is_guess:
        draft.place_id = draft.options[0]
    work.reply("danger.ring_first", keyboard="main", priority=Priority.ALARM)
    ticket = await reporting.send_danger(work, draft, person)
    _remember(context, ticket, draft)
    if draft.place_id is None or is_guess or not draft.words:
        work.reply("danger.tell_more", keyboard="place", priority=Priority.ALARM, number=ticket["number"])


def _remember(context: Context, ticket: reporting.Ticket, draft: ReportDraft) -> None:
    """What follows belongs to this ticket: the rest of its album, and later words about a danger."""
    context.conversation.clear()
    after = reporting.after(context.work, ticket, draft)
    if after is not None:
        flows.keep(context, AFTER, after)


def _guarded(take: Take) -> Take:
    """Every question takes 现在有危险, by the button or in words; pictures are kept whatever was asked."""

    async def taken(context: Context, draft: ReportDraft, said: Said) -> bool | None:
        if said.choice == "danger" or is_danger(said.text):
            if said.choice is None:
                take_in(context, draft, said)
            await send_danger(context, draft)
            return None
        if said.files and not said.text and draft.words:
            take_in(context, draft, said)
            await steps.again(context, draft, said)
            return None
        is_settled = await take(context, draft, said)
        if draft.danger == "yes":
            await send_danger(context, draft)
            return None
        if is_settled:
            draft.before = None
        return is_settled

    return taken


async def _absorb(context: Context, draft: ReportDraft, said: Said) -> bool:
    """What is said before consent is kept with the draft, and nowhere else; danger does not wait."""
    if not said.has_content:
        return True
    take_in(context, draft, said)
    if draft.danger == "yes":
        await send_danger(context, draft)
        return False
    return True


async def _take_words(context: Context, draft: ReportDraft, said: Said) -> bool | None:
    if said.choice is not None or not said.has_content:
        return False
    take_in(context, draft, said)
    if not (draft.words or draft.files):
        await steps.again(context, draft, said)  # a position alone does not say what it is about
        return None
    return None if await start_order.instead(context, draft) else True


def _aside(_context: Context, draft: ReportDraft) -> Rows:
    """Every draft has the button; the question about danger has it already."""
    return [] if draft.danger == "maybe" else [[("danger_now", press("choose", "danger"))]]


async def _finish(context: Context, draft: ReportDraft) -> None:
    """Send it, unless a neighbour has just reported the same; then the choice is offered first."""
    work, person = context.work, context.person
    owner = await reporting.owner_of(work, draft, person)
    asked = drafts.as_asked(draft, person, owner)
    if draft.joins is not None and await _joined(context, draft, asked):
        return
    same = await duplicates.look(work, asked)
    if same.ticket is not None and not draft.is_apart:
        draft.joins = same.ticket["id"]
        draft.same = duplicates.told_of(work, same.ticket)
        await flows.begin(context, REPORT, draft, edit=context.pressed_message)
        return
    ticket = await reporting.send(
        work, draft, person, same_key=same.key, shown_as=context.pressed_message if work.is_private else None
    )
    _remember(context, ticket, draft)
    if drafts.is_flowless(draft.intent, work.directory.kinds):
        work.reply("report.by_duty_secretary", ticket_id=ticket["id"], number=ticket["number"], intent=draft.intent)


async def _joined(context: Context, draft: ReportDraft, asked: Any) -> bool:
    """Whether the neighbour's matter could still be joined; if it is over meanwhile, this one goes its own way."""
    try:
        found = await duplicates.join(context.work, draft.joins or 0, asked, draft.files)
    except Stale:
        draft.joins, draft.is_apart = None, True
        return False
    context.work.reply("report.joined", edit=context.pressed_message, number=found["number"])
    if draft.group is not None:
        await groups.adopt(context.work, found, draft.group)
    context.conversation.clear()
    if draft.album is not None:
        flows.keep(context, AFTER, AfterDraft(ticket_id=found["id"], album=draft.album))
    return True


def _needs_place(draft: ReportDraft) -> bool:
    if draft.before is not None and "place" not in draft.answered and not draft.is_place_sure:
        return True
    return not draft.has_place and draft.latitude is None and draft.kind not in {"question", "suggestion"}


async def _take_join(context: Context, draft: ReportDraft, said: Said) -> bool | None:
    if said.choice == "join" or says(said.text, "yes"):
        return True
    if said.choice == "apart" or says(said.text, "no"):
        draft.joins, draft.is_apart = None, True
        return True
    if said.has_content:
        take_in(context, draft, said)
        await steps.again(context, draft, said)
        return None
    return False


def _join_choices(_context: Context, _draft: ReportDraft) -> Rows:
    return [[("join", press("choose", "join"))], [("join_apart", press("choose", "apart"))]]


REPORT = flows.declare(
    Flow(
        drafts.REPORT,
        ReportDraft,
        (
            Step("words", "report.ask_words", _guarded(_take_words), lambda draft: not (draft.words or draft.files)),
            Step(
                "danger",
                "report.ask_danger",
                _guarded(steps.take_danger),
                lambda draft: draft.danger == "maybe",
                steps.danger_choices,
                needs_consent=False,
            ),
            Step("kind", "report.ask_kind", _guarded(steps.take_kind), lambda one: not one.is_kind_sure, steps.kinds),
            Step(
                "whom",
                "report.ask_whom",
                _guarded(steps.take_whom),
                lambda draft: draft.is_for_other and draft.for_whom is None and draft.owner_id is None,
                steps.whom_choices,
            ),
            Step(
                "place",
                "report.ask_place",
                _guarded(steps.take_place),
                _needs_place,
                steps.places,
                params=steps.place_params,
                unclear="report.place_unclear",
            ),
            Step(
                CARD,
                "report.confirm",
                _guarded(confirm.take_confirm),
                choices=confirm.choices,
                params=confirm.params,
                unclear="report.confirm",
            ),
            Step(
                "join",
                "report.ask_join",
                _guarded(_take_join),
                lambda draft: draft.joins is not None and not draft.is_apart,
                _join_choices,
                params=lambda _context, draft: draft.same,
                unclear="report.ask_join",
            ),
        ),
        _finish,
        aside=_aside,
        absorb=_absorb,
        is_kept=True,
    )
)


async def _nothing(_context: Context, _draft: AfterDraft) -> None:
    """This flow asks nothing."""


async def _false_alarm(context: Context, draft: AfterDraft) -> bool:
    """/cancel after a danger was called: it is taken back with a reason, never left to ring by mistake."""
    ticket = await tickets.by_id(context.work.ledger, draft.ticket_id)
    if ticket is None or not draft.is_danger or ticket["closed_at"] is not None:
        return False
    await withdrawing.begin(context, ticket)
    return True


AFTER = flows.declare(Flow(unsure.AFTER, AfterDraft, (), _nothing, is_kept=True, cancelled=_false_alarm))
