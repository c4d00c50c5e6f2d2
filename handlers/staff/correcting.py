"""Setting one matter right in words: another place, the matter it belongs to, or why it cannot be done."""

from collections.abc import Mapping
from typing import Any

from handlers import entry, flows
from handlers.context import Context
from handlers.flows import Flow, Rows, Step
from handlers.lookup import ticket_by_id
from handlers.said import Said
from handlers.sentence import READABLE, sentence
from storage import attention, merging, reach, tickets, triage
from storage.drafts import Draft
from storage.rules.numbers import find_number
from storage.rules.press import Press, base36, press

from . import places
from .places import Outcome, Picked
from .triage import mine


class Correction(Draft):
    """What is being set right about one ticket."""

    ticket_id: int
    at: Picked = Picked()
    main_id: int | None = None
    main_number: int = 0
    nearby: list[dict[str, Any]] = []
    words: str = ""


# --- place ---------------------------------------------------------------------------------------------------


async def _take_place(context: Context, draft: Correction, said: Said) -> bool | None:
    outcome = places.take(context, draft.at, said, reach.places(context.work, reach.SECRETARIES))
    if outcome is Outcome.DEEPER:
        await flows.begin(context, PLACE, draft, edit=said.pressed_message)
        return None
    return outcome is Outcome.SETTLED


async def _finish_place(context: Context, draft: Correction) -> None:
    ticket = await ticket_by_id(context, draft.ticket_id)
    await triage.change_place(context.work, ticket, draft.at.place_id or 0, draft.at.room)
    context.work.reply("triage.corrected", number=ticket["number"])


PLACE = flows.declare(
    Flow(
        "triage_place",
        Correction,
        (
            Step(
                "place",
                "triage.ask_place",
                _take_place,
                choices=lambda context, draft: places.rows(context, draft.at),
                unclear="report.place_unclear",
                needs_consent=False,
            ),
        ),
        _finish_place,
    )
)


@entry.pressed("replace")
async def ask_place(context: Context, pressed: Press, said: Said) -> None:
    """Where it is really."""
    ticket = await mine(context, pressed)
    tops = reach.seats(context.work, reach.SECRETARIES)
    draft = Correction(ticket_id=ticket["id"], at=places.begin(tops))
    await flows.begin(context, PLACE, draft, edit=said.pressed_message)


# --- merge ---------------------------------------------------------------------------------------------------


async def _take_main(context: Context, draft: Correction, said: Said) -> bool:
    """By a tap, or by the number that somebody read out."""
    work = context.work
    if said.choice is not None:
        main = await tickets.by_id(work.ledger, _number(said.choice))
    else:
        number = find_number(said.text)
        main = await tickets.by_number(work.ledger, number) if number is not None else None
    if main is None:
        return False
    await merging.check(work, await ticket_by_id(context, draft.ticket_id), main)
    draft.main_id, draft.main_number, draft.words = main["id"], main["number"], main["words"]
    return True


def _number(choice: str) -> int | None:
    try:
        return int(choice, 36)
    except ValueError:
        return None


def _nearby(_context: Context, draft: Correction) -> Rows:
    return [[("matter", press("choose", base36(one["id"])), one)] for one in draft.nearby]


async def _take_sure(_context: Context, _draft: Correction, said: Said) -> bool:
    return said.choice == "yes"


def _main(_context: Context, draft: Correction) -> Mapping[str, Any]:
    return {"number": draft.main_number, "words": draft.words}


async def _finish_merge(context: Context, draft: Correction) -> None:
    ticket = await ticket_by_id(context, draft.ticket_id)
    main = await ticket_by_id(context, draft.main_id)
    await merging.merge(context.work, ticket, main)
    context.work.reply("triage.merged", number=ticket["number"], main_number=main["number"])


MERGE = flows.declare(
    Flow(
        "triage_merge",
        Correction,
        (
            Step(
                "main",
                "triage.ask_main",
                _take_main,
                choices=_nearby,
                unclear="triage.main_unclear",
                needs_consent=False,
            ),
            Step(
                "sure",
                "triage.ask_sure",
                _take_sure,
                choices=lambda _context, _draft: [[("merge_yes", press("choose", "yes"))]],
                params=_main,
                unclear="triage.ask_sure",
                needs_consent=False,
            ),
        ),
        _finish_merge,
    )
)


@entry.pressed("merge")
async def ask_main(context: Context, pressed: Press, said: Said) -> None:
    """Which matter it belongs to."""
    ticket = await mine(context, pressed)
    if ticket["is_confidential"]:
        raise merging.CannotMerge
    found = await attention.at_the_same_place(context.work, ticket)
    nearby = [_brief(context, row) for row in found]
    await flows.begin(context, MERGE, Correction(ticket_id=ticket["id"], nearby=nearby), edit=said.pressed_message)


def _brief(context: Context, row: Mapping[str, Any]) -> dict[str, Any]:
    kind = context.work.directory.kinds.get(row["kind"])
    return {"id": row["id"], "number": row["number"], "words": row["words"][:60], "emoji": kind.emoji if kind else ""}


# --- refuse --------------------------------------------------------------------------------------------------


async def _finish_refuse(context: Context, draft: Correction) -> None:
    ticket = await ticket_by_id(context, draft.ticket_id)
    await triage.refuse(context.work, ticket, draft.words)
    context.work.reply("triage.refused_done", number=ticket["number"])


REFUSE = flows.declare(
    Flow("triage_refuse", Correction, (sentence("reason", "triage.ask_reason", least=READABLE),), _finish_refuse)
)


@entry.pressed("refuse")
async def ask_reason(context: Context, pressed: Press, said: Said) -> None:
    """Nothing is refused without a reason that the resident can read."""
    ticket = await mine(context, pressed)
    await flows.begin(context, REFUSE, Correction(ticket_id=ticket["id"]), edit=said.pressed_message)
