"""/admin → services, what has to be said in words or chosen: a fee, a number, a day off, a dish of the day."""

import re
from datetime import date, timedelta

from handlers import entry, flows
from handlers.context import Context
from handlers.flows import Flow, Rows, Step
from handlers.reading.moment import read_day
from handlers.said import Said
from storage import offering
from storage.drafts import Draft
from storage.rules.phones import normal
from storage.rules.press import Press, press
from storage.work import Button

from .offering import tell, today

WEEK = 7  # days that can be tapped
AHEAD = timedelta(days=90)
LONGEST_FEE, LONGEST_PHONE, LONGEST_DISH = 60, 30, 20
FREE = "free"
WHAT = frozenset({"fee", "phone", "rest", "dish"})
_PRICE = re.compile(r"\s*(\d[\d.]{0,6})(\s*[^\W\d]{0,4})$")  # with what it is counted in, if that is said


class Change(Draft):
    """What is being changed, and to what."""

    what: str
    service_id: int
    provider_id: int | None = None
    words: str = ""
    day: str = ""


async def _take_fee(_context: Context, draft: Change, said: Said) -> bool:
    draft.words = "" if said.choice == FREE else said.text.strip()
    return said.choice == FREE or 0 < len(draft.words) <= LONGEST_FEE


async def _take_phone(_context: Context, draft: Change, said: Said) -> bool:
    draft.words = said.text.strip()
    return len(draft.words) <= LONGEST_PHONE and normal(draft.words) is not None


async def _take_day(context: Context, draft: Change, said: Said) -> bool:
    first = today(context)
    day = read_day(said.choice or said.text, first)
    draft.day = day.isoformat() if day is not None else ""
    return day is not None and first <= day <= first + AHEAD


async def _take_dish(_context: Context, draft: Change, said: Said) -> bool:
    draft.words = said.text.strip()
    return 0 < len(_PRICE.sub("", draft.words).strip()) <= LONGEST_DISH


def _days(context: Context, _draft: Change) -> Rows:
    days = [(today(context) + timedelta(days=ahead)).isoformat() for ahead in range(WEEK)]
    buttons: list[Button] = [("svc_day", press("choose", day), {"day": day}) for day in days]
    return [buttons[at : at + 2] for at in range(0, len(buttons), 2)]


async def _finish(context: Context, draft: Change) -> None:
    work, edit = context.work, context.pressed_message
    match draft.what:
        case "fee":
            await offering.set_fee(work, draft.service_id, draft.words)
            tell(context, "catalogue.fee_set", draft.service_id, edit, fee=draft.words)
        case "phone":
            await offering.set_phone(work, draft.service_id, draft.words)
            tell(context, "catalogue.phone_set", draft.service_id, edit, phone=draft.words)
        case "rest":
            count = await offering.shut(work, draft.provider_id, date.fromisoformat(draft.day))
            tell(context, "catalogue.rested", draft.service_id, edit, day=draft.day, count=count)
        case _:
            price = _PRICE.search(draft.words)
            name = _PRICE.sub("", draft.words).strip()
            money = f"{price[1]}{price[2] or offering.money(work, draft.provider_id)}" if price else None
            await offering.add_dish(work, draft.provider_id, today(context), name, money)
            tell(context, "catalogue.dish_added", draft.service_id, edit, dish=name, price=money)


CHANGE = flows.declare(
    Flow(
        "offering_change",
        Change,
        (
            Step(
                "fee",
                "catalogue.ask_fee",
                _take_fee,
                lambda draft: draft.what == "fee",
                lambda _context, _draft: [[("svc_free", press("choose", FREE))]],
                unclear="catalogue.fee_unclear",
                needs_consent=False,
            ),
            Step(
                "phone",
                "catalogue.ask_phone",
                _take_phone,
                lambda draft: draft.what == "phone",
                unclear="catalogue.phone_unclear",
                needs_consent=False,
            ),
            Step(
                "rest",
                "catalogue.ask_rest",
                _take_day,
                lambda draft: draft.what == "rest",
                _days,
                unclear="catalogue.rest_unclear",
                needs_consent=False,
            ),
            Step(
                "dish",
                "catalogue.ask_dish",
                _take_dish,
                lambda draft: draft.what == "dish",
                unclear="catalogue.dish_unclear",
                needs_consent=False,
            ),
        ),
        _finish,
    )
)


@entry.pressed("svcset")
async def ask_change(context: Context, pressed: Press, said: Said) -> None:
    """Ask what it shall be."""
    work = context.work
    one = offering.service(work, pressed.number())
    what = pressed.args[1] if len(pressed.args) > 1 else ""
    provider_id = pressed.number(2)
    if what in {"rest", "dish"}:
        provider_id = offering.provider(work, provider_id).id
    if what in WHAT:
        draft = Change(what=what, service_id=one.id, provider_id=provider_id)
        await flows.begin(context, CHANGE, draft, edit=said.pressed_message)
