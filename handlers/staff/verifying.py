"""核验: those who know the neighbours, or are on duty, let a request out or say why not; whoever is first decides."""

from typing import Any

from handlers import entry, flows
from handlers.context import Context
from handlers.flows import Draft, Flow, Rows, Step
from handlers.lookup import ticket_by_id, ticket_of
from handlers.said import Said
from handlers.sentence import READABLE, take
from storage import concerns, handling, orders
from storage.handling import Ticket
from storage.rules.catalogue import Service
from storage.rules.errors import AlreadyChecked
from storage.rules.finding import find
from storage.rules.lifecycle import Event, State
from storage.rules.press import Press, base36, press
from storage.rules.rights import Action

SERVICES = 6


@entry.pressed("overify")
async def verify(context: Context, pressed: Press, _said: Said) -> None:
    """核验通过，下单. Who comes second reads that it is done already."""
    ticket = await ticket_of(context, pressed)
    _check_first(ticket)
    await orders.verify(context.work, ticket)
    context.work.answer("order.staff_verified", number=ticket["number"])


def _check_first(ticket: Ticket) -> None:
    if ticket["state"] not in {State.NEW, State.WITHDRAWN, State.REFUSED}:
        raise AlreadyChecked


# --- no, and why ---------------------------------------------------------------------------------------------


class TurnedDown(Draft):
    """Why a request cannot be arranged, or which service is there for it."""

    ticket_id: int
    asked: str = ""  # what was asked for
    words: str = ""
    is_service: bool = False
    service_id: int | None = None


def _services(context: Context, words: str) -> list[Service]:
    return find(context.work.directory.catalogue, words, context.work.language, SERVICES) if words else []


async def _take_reason(_context: Context, draft: TurnedDown, said: Said) -> bool:
    """In words that the resident reads; or a service of the catalogue."""
    if said.choice == "service":
        draft.is_service = True
        return True
    return take(draft, said, least=READABLE)


def _reasons(context: Context, _draft: TurnedDown) -> Rows:
    has_any = bool(context.work.directory.catalogue.services)
    return [[("order_staff_service", press("choose", "service"))]] if has_any else []


async def _take_service(context: Context, draft: TurnedDown, said: Said) -> bool | None:
    """One that fits; words look for others."""
    if said.choice is None:
        draft.asked = said.text
        return False
    found = _services(context, draft.asked)
    draft.service_id = next((one.id for one in found if said.choice == f"s{base36(one.id)}"), None)
    return draft.service_id is not None


def _found(context: Context, draft: TurnedDown) -> Rows:
    language = context.work.language
    found = _services(context, draft.asked)
    return [[("named", press("choose", f"s{base36(one.id)}"), {"name": one.name_in(language)})] for one in found]


def _found_params(context: Context, draft: TurnedDown) -> dict[str, Any]:
    return {"is_any": bool(_services(context, draft.asked))}


async def _finish(context: Context, draft: TurnedDown) -> None:
    ticket = await ticket_by_id(context, draft.ticket_id)
    await orders.refuse(context.work, ticket, draft.words, draft.service_id)
    context.work.reply("order.staff_refused", edit=context.pressed_message, number=ticket["number"])


REFUSE = flows.declare(
    Flow(
        "order_refuse",
        TurnedDown,
        (
            Step(
                "reason",
                "order.staff_ask_reason",
                _take_reason,
                choices=_reasons,
                unclear="flow.sentence",
                needs_consent=False,
            ),
            Step(
                "service",
                "order.staff_ask_service",
                _take_service,
                lambda draft: draft.is_service,
                _found,
                params=_found_params,
                unclear="order.staff_ask_service",
                needs_consent=False,
            ),
        ),
        _finish,
    )
)


@entry.pressed("orefuse")
async def refuse(context: Context, pressed: Press, _said: Said) -> None:
    """说明不办: with a reason, or the service that is there for it."""
    ticket = await ticket_of(context, pressed)
    await handling.check(context.work, Action.TURN_DOWN, ticket, Event.REFUSED)
    await flows.begin(context, REFUSE, TurnedDown(ticket_id=ticket["id"], asked=ticket["words"] or ""))


@entry.pressed("oseen")
async def seen_to(context: Context, pressed: Press, said: Said) -> None:
    """What went wrong between an asker and a helper was seen to."""
    ticket = await concerns.see_to(context.work, pressed.number())
    context.work.reply("order.staff_seen_to", edit=said.pressed_message, number=ticket["number"])
