"""A resident's own matters: the list, one card, words that are added, withdrawing."""

from handlers import entry, flows
from handlers.context import Context
from handlers.flows import Draft, Flow, Rows, Step
from handlers.said import Said
from storage import closing, danger, handling, tickets
from storage.handling import Ticket
from storage.rules.errors import NotYours, Stale
from storage.rules.numbers import find_number
from storage.rules.press import Press, press
from storage.rules.rights import Action
from storage.work import Button, Priority

PAGE = 5


class AboutTicket(Draft):
    """A question about one ticket."""

    ticket_id: int
    words: str = ""


async def ticket_of(context: Context, pressed: Press) -> Ticket:
    """The ticket a button names, read again. Raises Stale when there is none, NotYours for a foreign one."""
    ticket = await tickets.by_id(context.work.ledger, pressed.number())
    if ticket is None:
        raise Stale
    return ticket


@entry.command("my", menu="menu_my")
async def my(context: Context, _args: list[str]) -> None:
    """What I asked for: the open ones first."""
    await _list(context, is_open=True, page=0, edit=None)


@entry.pressed("my")
async def my_page(context: Context, pressed: Press, said: Said) -> None:
    """Another page, or the settled ones."""
    is_open = pressed.args[:1] != ("closed",)
    await _list(context, is_open=is_open, page=pressed.number(1) or 0, edit=said.pressed_message)


async def _list(context: Context, *, is_open: bool, page: int, edit: int | None) -> None:
    work, me = context.work, context.person["id"]
    rows = await tickets.of_owner(work.ledger, [me], is_open=is_open, limit=PAGE + 1, offset=page * PAGE)
    shown = rows[:PAGE]
    buttons: Rows = [[("matter", press("open", row["id"]), _label(context, row))] for row in shown]
    name = "open" if is_open else "closed"
    turn: list[Button] = []
    if page:
        turn.append(("earlier", press("my", name, page - 1)))
    if len(rows) > PAGE:
        turn.append(("later", press("my", name, page + 1)))
    other = ("my_closed", press("my", "closed", 0)) if is_open else ("my_open", press("my", "open", 0))
    work.reply("my.list", [*buttons, *([turn] if turn else []), [other]], edit=edit, count=len(shown), is_open=is_open)


def _label(context: Context, row: Ticket) -> dict[str, str]:
    kind = context.work.directory.kinds.get(row["kind"])
    return {"number": row["number"], "words": row["words"], "emoji": kind.emoji if kind else "", "state": row["state"]}


@entry.pressed("open")
async def open_card(context: Context, pressed: Press, _said: Said) -> None:
    """One card, as a new message."""
    ticket = await ticket_of(context, pressed)
    if not await tickets.allowed(context.work, Action.SEE, ticket):
        context.work.audit("refused", action="see")
        raise NotYours
    context.work.card(ticket["id"], context.person, is_fresh=True, priority=Priority.ANSWER)


@entry.heard(10)
async def reply_to_card(context: Context, said: Said) -> bool:
    """A reply to a card adds words or pictures to that card's ticket, whatever else is under way."""
    if said.reply_to is None or not said.has_content:
        return False
    work = context.work
    ticket = await tickets.by_message(work.ledger, work.chat_id or 0, said.reply_to)
    if ticket is None or ticket["owner_id"] != context.person["id"] and not await _is_mine(context, ticket):
        return False
    await handling.add_words(work, ticket, said.text, said.files)
    work.reply("my.added", ticket_id=ticket["id"], number=ticket["number"])
    return True


async def _is_mine(context: Context, ticket: Ticket) -> bool:
    return await tickets.allowed(context.work, Action.ADD_WORDS, ticket)


async def status(context: Context, said: Said) -> None:
    """How does it stand? By number, or the newest open matter."""
    work, me = context.work, context.person["id"]
    number = find_number(said.text)
    ticket = await tickets.by_number(work.ledger, number) if number is not None else None
    if ticket is not None and await tickets.allowed(work, Action.SEE, ticket):
        work.card(ticket["id"], context.person, is_fresh=True, priority=Priority.ANSWER)
        return
    mine = await tickets.of_owner(work.ledger, [me], is_open=True, limit=2)
    if len(mine) == 1:
        work.card(mine[0]["id"], context.person, is_fresh=True, priority=Priority.ANSWER)
    else:
        await _list(context, is_open=True, page=0, edit=None)


# --- adding words, withdrawing, danger now -------------------------------------------------------------------


async def _take_added(context: Context, draft: AboutTicket, said: Said) -> bool | None:
    if said.choice is not None or not said.has_content:
        return False
    ticket = await tickets.by_id(context.work.ledger, draft.ticket_id)
    if ticket is None:
        raise Stale
    await handling.add_words(context.work, ticket, said.text, said.files)
    context.conversation.clear()
    context.work.reply("my.added", ticket_id=ticket["id"], number=ticket["number"])
    return None


async def _finish_added(context: Context, _draft: AboutTicket) -> None:
    context.work.reply("flow.cancelled")


ADD = flows.declare(Flow("add", AboutTicket, (Step("words", "my.ask_words", _take_added),), _finish_added))


@entry.pressed("add", "answer")
async def add(context: Context, pressed: Press, _said: Said) -> None:
    """Ask for the words or the picture to add."""
    ticket = await ticket_of(context, pressed)
    await flows.begin(context, ADD, AboutTicket(ticket_id=ticket["id"]))


def _reasons(_context: Context, _draft: AboutTicket) -> Rows:
    return [[(f"withdraw_{one}", press("choose", one))] for one in ("solved", "mistake")]


async def _take_reason(_context: Context, draft: AboutTicket, said: Said) -> bool:
    draft.words = said.choice or said.text
    return bool(draft.words)


async def _finish_withdraw(context: Context, draft: AboutTicket) -> None:
    ticket = await tickets.by_id(context.work.ledger, draft.ticket_id)
    if ticket is None:
        raise Stale
    await closing.withdraw(context.work, ticket, draft.words)
    context.work.reply("my.withdrawn", number=ticket["number"])


WITHDRAW = flows.declare(
    Flow("withdraw", AboutTicket, (Step("reason", "my.ask_reason", _take_reason, choices=_reasons),), _finish_withdraw)
)


@entry.pressed("withdraw")
async def withdraw(context: Context, pressed: Press, _said: Said) -> None:
    """Ask for the reason; nothing is withdrawn by one tap."""
    ticket = await ticket_of(context, pressed)
    await flows.begin(context, WITHDRAW, AboutTicket(ticket_id=ticket["id"]))


@entry.pressed("danger")
async def danger_now(context: Context, pressed: Press, _said: Said) -> None:
    """The resident says that it is dangerous now."""
    ticket = await ticket_of(context, pressed)
    await danger.raise_to(context.work, ticket)
    context.work.reply("danger.ring_first", priority=Priority.ALARM)
