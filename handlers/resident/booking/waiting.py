"""候补 in chat: on which days one would come, taking a freed time or letting it go by, and waiting no longer."""

from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from handlers import entry, flows
from handlers.context import Context
from handlers.flows import Flow, Rows, Step
from handlers.said import Said
from storage import booked, waiting_answers, waiting_told, waitlist
from storage.bookings import Wanted
from storage.drafts import ResidentDraft
from storage.ledger import Row
from storage.rules.errors import Stale
from storage.rules.lifecycle import State
from storage.rules.press import Press, press
from storage.rules.waiting import Part, window

SPANS = {"day": 0, "week": 6, "fortnight": 13}
"""So many days after the first would do as well."""


class WaitDraft(ResidentDraft):
    """What somebody would like to book, and when."""

    wanted: dict[str, Any]
    first: str
    last: str | None = None
    part: Part | None = None


async def begin(context: Context, wanted: Wanted, day: date, *, edit: int | None = None) -> None:
    """Ask which days from `day` on would do, and put the one who asks into the line."""
    await flows.begin(context, WAIT, WaitDraft(wanted=asdict(wanted), first=day.isoformat()), edit=edit)


async def _take_days(_context: Context, draft: WaitDraft, said: Said) -> bool:
    if said.choice not in SPANS:
        return False
    draft.last = (date.fromisoformat(draft.first) + timedelta(days=SPANS[said.choice])).isoformat()
    return True


def _days(_context: Context, draft: WaitDraft) -> Rows:
    return [
        [("wait_day", press("choose", "day"), {"day": draft.first})],
        [("wait_week", press("choose", "week"))],
        [("wait_fortnight", press("choose", "fortnight"))],
    ]


async def _take_part(_context: Context, draft: WaitDraft, said: Said) -> bool:
    if said.choice not in set(Part):
        return False
    draft.part = Part(said.choice)
    return True


def _parts(_context: Context, _draft: WaitDraft) -> Rows:
    return [[(f"wait_{part}", press("choose", str(part))) for part in (Part.MORNING, Part.AFTERNOON)], [_any()]]


def _any() -> tuple[str, str]:
    return ("wait_any", press("choose", str(Part.ANY)))


def _service(context: Context, draft: WaitDraft) -> dict[str, str]:
    service = context.work.directory.catalogue.services.get(draft.wanted["service_id"])
    return {"service": service.name_in(context.work.language) if service else ""}


async def _finish(context: Context, draft: WaitDraft) -> None:
    first, last = date.fromisoformat(draft.first), date.fromisoformat(draft.last or draft.first)
    await join(context, waiting_answers.wanted_from(draft.wanted), first, last, draft.part or Part.ANY)


async def join(context: Context, wanted: Wanted, first: date, last: date, part: Part) -> None:
    """Put the one who asks into the line from one day to another, and say so. Raises AlreadyWaiting or WaitsEnough."""
    work = context.work
    row = await waitlist.join(work, wanted, window(first, last, part, work.directory.calendar))
    await _say(context, "waiting.joined", row, edit=context.pressed_message)


WAIT = flows.declare(
    Flow(
        "wait",
        WaitDraft,
        (
            Step("days", "waiting.ask_days", _take_days, choices=_days, params=_service, unclear="waiting.ask_days"),
            Step("part", "waiting.ask_part", _take_part, choices=_parts, unclear="waiting.ask_part"),
        ),
        _finish,
    )
)


async def _say(context: Context, message: str, row: Row, *, edit: int | None = None) -> None:
    work = context.work
    service = work.directory.catalogue.services.get(row["service_id"])
    hold, to_local = await waiting_answers.kept(work, row), work.directory.calendar.to_local
    work.reply(
        message,
        [[("wait_leave", press("bwleave", row["id"]))]] if hold is None else waiting_told.buttons(row, hold["id"]),
        edit=edit,
        service=service.name_in(work.language) if service else "",
        first=to_local(row["from_at"]).date().isoformat(),
        last=to_local(row["until_at"]).date().isoformat(),
        part=row["draft"]["part"],
        count=await waitlist.before(work.ledger, row),
        starts_at=hold["starts_at"].isoformat() if hold else None,
        until=row["offered_until"].isoformat() if hold else None,
    )


# --- buttons -------------------------------------------------------------------------------------------------


@entry.pressed("bwtake")
async def take(context: Context, pressed: Press, said: Said) -> None:
    """就要这个时间: booked, whoever of the family pressed."""
    work = context.work
    ticket = await waiting_answers.accept(work, pressed.number(), pressed.number(1))
    booking = await booked.row(work, ticket)
    if booking is None:
        raise Stale
    service = work.directory.catalogue.services[booking["service_id"]]
    work.reply(
        "waiting.taken" if ticket["state"] == State.ACCEPTED else "waiting.asked_for",
        edit=said.pressed_message,
        service=service.name_in(work.language),
        starts_at=booking["starts_at"].isoformat(),
    )


@entry.pressed("bwpass")
async def pass_by(context: Context, pressed: Press, _said: Said) -> None:
    """Not this time, another."""
    await waiting_answers.pass_by(context.work, pressed.number(), pressed.number(1))


@entry.pressed("bwleave")
async def leave(context: Context, pressed: Press, said: Said) -> None:
    """不等了."""
    work = context.work
    row = await waiting_answers.leave(work, pressed.number())
    service = work.directory.catalogue.services.get(row["service_id"])
    work.reply("waiting.left", edit=said.pressed_message, service=service.name_in(work.language) if service else "")


@entry.pressed("bwshow")
async def show(context: Context, pressed: Press, _said: Said) -> None:
    """How it stands."""
    row = await waiting_answers.mine(context.work, pressed.number())
    await _say(context, "waiting.one", row)


@entry.pressed("bwagain")
async def again(context: Context, pressed: Press, _said: Said) -> None:
    """Nothing came in time: other days."""
    row = await waiting_answers.mine(context.work, pressed.number())
    work = context.work
    await begin(context, waiting_answers.wanted_of(row), work.directory.calendar.to_local(work.now).date())


async def lines(context: Context) -> Rows:
    """What one waits for, as buttons for the list of one's matters."""
    work = context.work
    rows = await waitlist.of_person(work.ledger, context.person["id"])
    services = work.directory.catalogue.services
    return [
        [("wait_line", press("bwshow", row["id"]), {"service": services[row["service_id"]].name_in(work.language)})]
        for row in rows
        if row["service_id"] in services
    ]
