"""A resident's own matters, and those of the elders of the family: the list, one card, and "how does it stand?"."""

from collections.abc import Collection
from typing import Any

from handlers import entry, flows
from handlers.context import Context
from handlers.flows import Draft, Flow, Rows
from handlers.reading import Reading
from handlers.said import Said
from storage import booking_lists, family, series, tickets
from storage.handling import Ticket
from storage.ledger import Row
from storage.rules.errors import NotYours
from storage.rules.numbers import find_number
from storage.rules.press import Press, press
from storage.rules.rights import Action
from storage.work import Button, Priority

from . import report, withdrawing
from .about import ticket_of
from .booking import waiting

PAGE = 5
NARROW = 20


class HeardDraft(Draft):
    """Words that were taken for a question about an earlier matter, kept in case they are something new."""

    words: str = ""


async def _nothing(_context: Context, _draft: HeardDraft) -> None:
    """This flow asks nothing."""


HEARD = flows.declare(Flow("heard", HeardDraft, (), _nothing))


@entry.command("my", menu="menu_my")
async def my(context: Context, _args: list[str]) -> None:
    """What I asked for: the open ones first."""
    await show_list(context, is_open=True)


@entry.pressed("my")
async def my_page(context: Context, pressed: Press, said: Said) -> None:
    """Another page, or the settled ones."""
    is_open = pressed.args[:1] != ("closed",)
    await show_list(context, is_open=is_open, page=pressed.number(1) or 0, edit=said.pressed_message)


async def mine(context: Context, *, is_open: bool | None, limit: int, offset: int = 0) -> list[Row]:
    """My matters, those I joined, and those of my elders that are not confidential; the newest first."""
    work, me = context.work, context.person["id"]
    elders = await _elders(context)
    return await tickets.of_resident(work.ledger, me, elders, is_open=is_open, limit=limit, offset=offset)


async def _elders(context: Context) -> frozenset[int]:
    return frozenset(row["id"] for row in await family.elders_of(context.work.ledger, context.person["id"]))


async def show_list(
    context: Context, *, is_open: bool, page: int = 0, edit: int | None = None, which: str = "my.list"
) -> None:
    """One page of the list. `which` is the sentence above it."""
    work = context.work
    rows = await mine(context, is_open=is_open, limit=PAGE + 1, offset=page * PAGE)
    shown = rows[:PAGE]
    own = {context.person["id"], *await _elders(context)}
    booked = await booking_lists.by_ids(work.ledger, [row["id"] for row in shown])
    buttons: Rows = [[await _button(context, row, booked.get(row["id"]), own)] for row in shown]
    if is_open and not page and which == "my.list":
        buttons += await waiting.lines(context)
    name = "open" if is_open else "closed"
    turn: list[Button] = []
    if page:
        turn.append(("earlier", press("my", name, page - 1)))
    if len(rows) > PAGE:
        turn.append(("later", press("my", name, page + 1)))
    last: list[list[Button]] = [
        [("my_closed", press("my", "closed", 0)) if is_open else ("my_open", press("my", "open", 0))]
    ]
    if which != "my.list":
        last = [[("new_matter", press("new"))]]
    work.reply(which, [*buttons, *([turn] if turn else []), *last], edit=edit, count=len(buttons), is_open=is_open)


async def _button(context: Context, row: Row, booking: Row | None, own: Collection[int]) -> Button:
    """A booking by its time and what it is, what recurs once; anything else by its number and words."""
    service = context.work.directory.catalogue.services.get(booking["service_id"]) if booking else None
    if booking is None or service is None or booking["starts_at"] is None:
        return ("matter", press("open", row["id"]), _label(context, row, own))
    if booking["series_id"] is not None and row["closed_at"] is None:
        count = len(await series.still_open(context.work, booking["series_id"]))
        if count > 1:
            label = {"name": service.name_in(context.work.language), "count": count}
            return ("series", press("bsshow", booking["series_id"]), label)
    kind = context.work.directory.kinds.get(row["kind"])
    label = {
        "emoji": kind.emoji if kind else "",
        "at": booking["starts_at"].isoformat(),
        "name": service.name_in(context.work.language),
    }
    return ("booking", press("open", row["id"]), label)


def _label(context: Context, row: Row, own: Collection[int]) -> dict[str, Any]:
    """What a button says of a matter; of a neighbour's that was joined, its kind instead of the neighbour's words."""
    kind = context.work.directory.kinds.get(row["kind"])
    name = kind.name_in(context.work.language) if kind else ""
    return {
        "number": row["number"],
        "words": (row["words"] if row["owner_id"] in own else None) or name,
        "emoji": "🆘" if row["is_danger"] else kind.emoji if kind else "",
        "state": row["state"],
    }


@entry.pressed("open")
async def open_card(context: Context, pressed: Press, _said: Said) -> None:
    """One card, as a new message."""
    ticket = await ticket_of(context, pressed)
    if not await tickets.allowed(context.work, Action.SEE, ticket):
        context.work.audit("refused", action="see")
        raise NotYours
    context.work.card(ticket["id"], context.person, is_fresh=True, priority=Priority.ANSWER)


# --- questions in free words ---------------------------------------------------------------------------------


async def by_number(context: Context, text: str) -> Ticket | None:
    """The matter whose number is said, if the one who asks may see it."""
    number = find_number(text)
    ticket = await tickets.by_number(context.work.ledger, number) if number is not None else None
    if ticket is not None and await tickets.allowed(context.work, Action.SEE, ticket):
        return ticket
    return None


async def status(context: Context, said: Said, reading: Reading) -> bool:
    """How does it stand? One that can be meant is shown, of several the list. False when there is none."""
    rows = await _meant(context, reading)
    if len(rows) == 1:
        context.work.card(rows[0]["id"], context.person, is_fresh=True, priority=Priority.ANSWER)
    elif rows:
        flows.keep(context, HEARD, HeardDraft(words=said.text))
        await show_list(context, is_open=True, which="my.which")
    return bool(rows)


async def _meant(context: Context, reading: Reading) -> list[Row]:
    """The open matters that words can mean: of the kind they mention, when that is one of several."""
    rows = await mine(context, is_open=True, limit=NARROW)
    kinds = {reading.kind, *reading.others} - {None}
    of_kind = [row for row in rows if row["kind"] in kinds]
    return of_kind if len(of_kind) == 1 else rows


async def take_back(context: Context, said: Said) -> bool:
    """ "I need it no more": the one that is meant is asked about, of several the list. False when there is none."""
    ticket = await by_number(context, said.text)
    if ticket is None:
        rows = await mine(context, is_open=True, limit=2)
        if len(rows) > 1:
            flows.keep(context, HEARD, HeardDraft(words=said.text))
            await show_list(context, is_open=True, which="my.which_withdraw")
            return True
        ticket = dict(rows[0]) if rows else None
    if ticket is None:
        return False
    await withdrawing.begin(context, ticket)
    return True


@entry.pressed("new")
async def something_new(context: Context, _pressed: Press, _said: Said) -> None:
    """None of those: the words begin a report of their own."""
    found = flows.current(context)
    words = found[1].words if found is not None and isinstance(found[1], HeardDraft) else ""
    context.conversation.clear()
    await report.start(context, Said(text=words))
