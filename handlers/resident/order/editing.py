"""改一改: when, how many, what exactly; for those who check it also which skills, and whether two have to come.

Whoever asked and those who check requests change them alike; `storage.orders.edit` knows who may, and until when.
"""

from collections.abc import Mapping
from typing import Any

from handlers import entry, flows
from handlers.context import Context
from handlers.flows import Flow, Rows, Step
from handlers.lookup import ticket_by_id, ticket_of
from handlers.said import Said
from storage import handling, helped, orders, tickets
from storage.order_drafts import TimedDraft
from storage.rules.errors import NotOpen, Stale
from storage.rules.lifecycle import Event, State
from storage.rules.press import Press, press
from storage.rules.rights import Action
from storage.work import Button

from . import confirm, when

DAY, COUNT, WORDS, SKILLS, ALONE = "day", "count", "words", "skills", "alone"
LONGEST = 1000


class EditDraft(TimedDraft):
    """What is being changed of one request."""

    ticket_id: int
    number: int = 0
    what: str | None = None
    words: str = ""
    wanted: int = 1
    least: int = 1  # so many have taken it
    skills: list[str] = []
    is_vulnerable: bool = False
    can: list[str] = []  # what may be changed now

    def can_retreat(self, step: str) -> bool:
        """Back to the choice of what is changed."""
        return step != "which"

    def retreat(self, _step: str) -> None:
        """What was begun is put away."""
        self.what = self.day = self.starts_at = self.ends_at = None
        self.answered = []


@entry.pressed("oedit")
async def edit(context: Context, pressed: Press, _said: Said) -> None:
    """The button on the card."""
    work, ticket = context.work, await ticket_of(context, pressed)
    await handling.check(work, Action.EDIT, ticket, Event.EDITED)
    order = await orders.of(work.ledger, ticket["id"])
    if order is None:
        raise Stale
    taken = len(await helped.held(work, ticket))
    can = [DAY, WORDS] if ticket["state"] == State.ACCEPTED else [DAY, COUNT, WORDS]
    if await tickets.allowed(work, Action.VERIFY, ticket):
        can += [SKILLS, ALONE] if context.work.directory.helping.skills else [ALONE]
    draft = EditDraft(
        ticket_id=ticket["id"],
        number=ticket["number"],
        minutes=order["minutes"],
        wanted=order["helpers"],
        least=max(taken + (taken > 0), 1),
        skills=list(order["skills"] or ()),
        is_vulnerable=bool(order["is_vulnerable"]),
        can=can,
    )
    await flows.begin(context, EDIT, draft)


async def _take_which(_context: Context, draft: EditDraft, said: Said) -> bool:
    draft.what = said.choice if said.choice in draft.can else None
    return draft.what is not None


def _which(_context: Context, draft: EditDraft) -> Rows:
    labels = {DAY: "edit_day", COUNT: "edit_count", WORDS: "order_edit_words", SKILLS: "order_edit_skills"}
    labels[ALONE] = "order_alone_on" if draft.is_vulnerable else "order_alone_off"
    buttons: list[Button] = [(labels[one], press("choose", one)) for one in draft.can]
    short = [one for one in buttons if one[0] != labels[ALONE]]
    rest: Rows = [[one] for one in buttons if one[0] == labels[ALONE]]
    return [*(short[at : at + 2] for at in range(0, len(short), 2)), *rest]


async def _take_count(_context: Context, draft: EditDraft, said: Said) -> bool:
    found = (said.choice or said.text).removeprefix("x").strip()
    if not found.isdecimal() or not draft.least <= int(found) <= confirm.MOST:
        return False
    draft.wanted = int(found)
    return True


def _counts(_context: Context, draft: EditDraft) -> Rows:
    counts = [one for one in confirm.COUNTS if one >= draft.least]
    buttons: list[Button] = [("order_count", press("choose", f"x{one}"), {"count": one}) for one in counts]
    return [buttons[at : at + 4] for at in range(0, len(buttons), 4)]


async def _take_words(_context: Context, draft: EditDraft, said: Said) -> bool:
    draft.words = said.text[:LONGEST]
    return bool(said.text) and said.choice is None


async def _take_skills(context: Context, draft: EditDraft, said: Said) -> bool | None:
    """A tap chooses a skill or takes it back; the last button goes on."""
    if said.choice == "done":
        return True
    if said.choice is None or said.choice not in context.work.directory.helping.skills:
        return False
    kept = [one for one in draft.skills if one != said.choice]
    draft.skills = kept if said.choice in draft.skills else [*kept, said.choice]
    await flows.begin(context, EDIT, draft, edit=said.pressed_message)
    return None


def _skills(context: Context, draft: EditDraft) -> Rows:
    language = context.work.language
    buttons: list[Button] = [
        ("order_skill", press("choose", one.code), {"name": one.name_in(language), "is_on": one.code in draft.skills})
        for one in context.work.directory.helping.skills.values()
    ]
    return [
        *(buttons[at : at + 2] for at in range(0, len(buttons), 2)),
        [("order_skills_done", press("choose", "done"))],
    ]


def _number(_context: Context, draft: EditDraft) -> Mapping[str, Any]:
    return {"number": draft.number}


def _day_params(_context: Context, _draft: EditDraft) -> Mapping[str, Any]:
    return {"is_late": False}


async def _finish(context: Context, draft: EditDraft) -> None:
    ticket = await ticket_by_id(context, draft.ticket_id)
    await orders.edit(context.work, ticket, _edits(draft))
    context.work.reply("order.changed", edit=context.pressed_message, number=ticket["number"], ticket_id=ticket["id"])


def _edits(draft: EditDraft) -> dict[str, Any]:
    span = draft.span
    if draft.what == DAY:
        if span is None:
            raise NotOpen
        return {"starts_at": span.starts_at, "ends_at": span.ends_at}
    values: dict[str | None, dict[str, Any]] = {
        COUNT: {"wanted": draft.wanted},
        WORDS: {"words": draft.words},
        SKILLS: {"skills": draft.skills or None},
        ALONE: {"is_vulnerable": not draft.is_vulnerable},
    }
    return values[draft.what]


EDIT = flows.declare(
    Flow(
        "order_edit",
        EditDraft,
        (
            Step(
                "which",
                "order.ask_change",
                _take_which,
                lambda draft: draft.what is None,
                _which,
                params=_number,
                unclear="order.ask_change",
                needs_consent=False,
            ),
            Step(
                "day",
                "order.ask_day",
                when.take_day,
                lambda draft: draft.what == DAY and draft.day is None,
                when.day_choices,
                params=_day_params,
                unclear="order.day_unclear",
                needs_consent=False,
            ),
            Step(
                "part",
                "order.ask_part",
                when.take_part,
                lambda draft: draft.what == DAY and when.needs_part(draft),
                when.part_choices,
                params=when.part_params,
                unclear="order.ask_part",
                needs_consent=False,
            ),
            Step(
                "count",
                "order.ask_count",
                _take_count,
                lambda draft: draft.what == COUNT,
                _counts,
                unclear="order.ask_count",
                needs_consent=False,
            ),
            Step(
                "words",
                "order.ask_words",
                _take_words,
                lambda draft: draft.what == WORDS,
                unclear="order.ask_words",
                needs_consent=False,
            ),
            Step(
                "skills",
                "order.ask_skills",
                _take_skills,
                lambda draft: draft.what == SKILLS,
                _skills,
                unclear="order.ask_skills",
                needs_consent=False,
            ),
        ),
        _finish,
    )
)
