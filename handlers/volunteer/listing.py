"""去帮忙: what a helper took, and what they could take now, each one tap away."""

from typing import Any

from handlers import entry
from handlers.context import Context
from handlers.flows import Rows
from handlers.lookup import ticket_of
from handlers.said import Said
from storage import claims, helpers, open_orders, teams
from storage.ledger import Row
from storage.open_orders import OpenOrder
from storage.rules.helping import Shown
from storage.rules.press import Press, press
from storage.work import Button, Priority

from . import joining

PAGE = 5
_ESTATES = {"estate", "village"}


def told(context: Context, one: OpenOrder | Row) -> dict[str, Any]:
    """What a request is about, for those who may not know more: what, in which estate, when, how long."""
    about = one if isinstance(one, dict) else {name: getattr(one, name) for name in OpenOrder.__slots__}
    work = context.work
    errand = work.directory.helping.errands.get(about["errand_id"] or 0)
    estate = next((at for at in work.directory.ancestors(about["place_id"]) if at.level in _ESTATES), None)
    starts_at = about["starts_at"]
    return {
        "emoji": errand.emoji if errand is not None else "🙋",
        "errand": errand.name_in(work.language) if errand is not None else None,
        "place": work.directory.name(estate.id, work.language) if estate is not None else None,
        "starts_at": starts_at.isoformat() if starts_at is not None else None,
        "ends_at": about["ends_at"].isoformat(),
        "minutes": about["minutes"],
    }


@entry.command("claim", menu="menu_claim")
async def claim_command(context: Context, _args: list[str]) -> None:
    """/claim and the button for helpers."""
    await show(context, 0)


@entry.pressed("helplist")
async def turn(context: Context, pressed: Press, said: Said) -> None:
    """Another page of it, or the same once more."""
    await show(context, pressed.number() or 0, edit=said.pressed_message)


async def show(context: Context, page: int, *, edit: int | None = None) -> None:
    """What I took and what I could take; whoever does not help yet is asked whether they would like to."""
    work = context.work
    helper = await helpers.of(work.ledger, context.person["id"])
    if helper is None:
        joining.invite(context, edit=edit)
        return
    if helper["suspended_at"] is not None:
        work.reply("helper.is_suspended", [[("helper_me", press("help"))]], edit=edit, words=helper["suspended_why"])
        return
    found = await open_orders.fitting(work)
    first = page * PAGE if page * PAGE < len(found) else 0
    shown = list(enumerate(found[first : first + PAGE], first + 1))
    mine = await open_orders.taken(work)
    leads = await teams.led_by(work.ledger, context.person["id"]) is not None
    lines = [{**told(context, one), "nth": nth, "missing": one.missing, "is_asked": one.is_asked} for nth, one in shown]
    rows: Rows = [[("helper_mine", press("open", row["id"]), {"number": row["number"]})] for row in mine]
    for nth, one in shown:
        take: Rows = [[("helper_take", press("helpclaim", one.ticket_id), {"nth": nth})]]
        if leads:
            take[0].append(("team_ask", press("teamask", one.ticket_id), {"nth": nth}))
        rows += take
    work.reply(
        "helper.open",
        [*rows, *_pages(first // PAGE, len(found)), [("helper_me", press("help")), ("talent_find", press("talents"))]],
        edit=edit,
        lines=lines,
        count=len(mine),
    )


def _pages(page: int, count: int) -> Rows:
    row: list[Button] = [("earlier", press("helplist", page - 1))] if page else []
    if (page + 1) * PAGE < count:
        row.append(("later", press("helplist", page + 1)))
    return [row] if row else []


@entry.pressed("helpclaim")
async def take(context: Context, pressed: Press, _said: Said) -> None:
    """接单, from the list: the card with everything comes as a new message."""
    work, ticket = context.work, await ticket_of(context, pressed)
    helper = await helpers.of(work.ledger, context.person["id"])
    work.card(ticket["id"], context.person, is_fresh=True, priority=Priority.ANSWER)
    await claims.claim(work, ticket, shows_phone=helpers.shows(helper, [Shown.PHONE]))
    work.answer("helper.taken")
