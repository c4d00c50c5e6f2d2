"""A helper's presses on a request: taken, not this one, there, done, or it goes back."""

from handlers import entry, flows
from handlers.context import Context
from handlers.flows import Flow, Step
from handlers.said import Said
from storage import claims, handling, helped, nearby, serving
from storage.handling import Ticket
from storage.ledger import Row
from storage.rules.errors import NotYours, Stale
from storage.rules.lifecycle import Event
from storage.rules.press import Press
from storage.rules.rights import Action
from storage.work import Work

from .tasks import WorkDraft, by_id, ticket_of


@entry.pressed("oclaim")
async def take(context: Context, pressed: Press, _said: Said) -> None:
    """接单: one tap."""
    work, ticket = context.work, await ticket_of(context, pressed)
    await claims.claim(work, ticket)
    work.answer("order.taken", count=await _missing(work, ticket))


async def _missing(work: Work, ticket: Ticket) -> int:
    """How many are still needed, with this very decision."""
    order = await helped.row(work, ticket)
    return max(order["wanted"] - len(await helped.held(work, ticket)), 0) if order is not None else 0


@entry.pressed("onot")
async def not_me(context: Context, pressed: Press, _said: Said) -> None:
    """这次不行: nobody minds."""
    await claims.not_me(context.work, await ticket_of(context, pressed))
    context.work.answer("order.not_me")


@entry.pressed("odone")
async def done(context: Context, pressed: Press, _said: Said) -> None:
    """做好了: whoever asked is asked whether it is."""
    await serving.done(context.work, await ticket_of(context, pressed))


@entry.pressed("ogive")
async def give_back(context: Context, pressed: Press, _said: Said) -> None:
    """我去不了了: the place is offered again."""
    ticket = await ticket_of(context, pressed)
    claim = await claims.mine(context.work.ledger, ticket["id"], context.person["id"])
    if claim is None:
        raise Stale
    await claims.give_back(context.work, ticket, claim)


# --- 签到 ----------------------------------------------------------------------------------------------------


async def _take_position(context: Context, draft: WorkDraft, said: Said) -> bool | None:
    """A position near the place; far from it one is not there yet."""
    if said.latitude is None or said.longitude is None:
        return False
    ticket, claim = await _mine(context, draft.ticket_id)
    if not nearby.is_near(context.work.directory, ticket["place_id"], said.latitude, said.longitude):
        context.work.reply("order.too_far", number=ticket["number"])
        return None
    await serving.sign_in(context.work, ticket, claim, "location")
    return True


async def _mine(context: Context, ticket_id: int) -> tuple[Ticket, Row]:
    """The request and one's own place in it. Raises NotYours."""
    ticket = await by_id(context, ticket_id)
    claim = await claims.mine(context.work.ledger, ticket["id"], context.person["id"])
    if claim is None:
        raise NotYours
    return ticket, claim


async def _signed_in(context: Context, draft: WorkDraft) -> None:
    ticket = await by_id(context, draft.ticket_id)
    context.work.reply("order.signed_in", keyboard="main", number=ticket["number"])


async def _show_keyboard(context: Context, _draft: WorkDraft) -> bool:
    """The key that sends a position stands below the chat, where Telegram lets it stand."""
    context.work.reply("order.ask_position", keyboard="place")
    return True


SIGN_IN = flows.declare(
    Flow(
        "order_sign_in",
        WorkDraft,
        (
            Step(
                "position",
                "order.ask_position",
                _take_position,
                unclear="order.ask_position",
                needs_consent=False,
                shown=_show_keyboard,
            ),
        ),
        _signed_in,
    )
)


@entry.pressed("ohere")
async def here(context: Context, pressed: Press, _said: Said) -> None:
    """签到 by one's position; whoever asked can do it by a tap as well."""
    ticket = await ticket_of(context, pressed)
    await handling.check(context.work, Action.SIGN_IN, ticket, Event.SIGNED_IN)
    await _mine(context, ticket["id"])
    await flows.begin(context, SIGN_IN, WorkDraft(ticket_id=ticket["id"]))
