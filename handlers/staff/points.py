"""What staff do with points: the year's drafts, and taking back what was not earned honestly.

The drafts are gathered, and the rights asked again, when the file is sent.
"""

from handlers import entry
from handlers.context import Context
from handlers.said import Said
from storage import honours, points, schema
from storage.ledger import Row
from storage.rules.errors import NotYours, Stale
from storage.rules.press import Press, press
from storage.work import Priority


@entry.pressed("honours")
async def draft(context: Context, pressed: Press, _said: Said) -> None:
    """A file of a community and a year. Raises NotYours, Stale."""
    place_id, year = pressed.number(0), pressed.number(1)
    if place_id not in honours.communities(context.work):
        raise NotYours
    if year is None or not 2000 <= year <= 2100:
        raise Stale
    context.work.draw("honours", context.person, priority=Priority.ANSWER, place=place_id, year=year)


@entry.pressed("pointtake")
async def ask_take_back(context: Context, pressed: Press, said: Said) -> None:
    """After a suspension: asked once more. Raises NotYours, Stale."""
    work, person = context.work, await _person(context, pressed)
    work.reply(
        "points.staff_ask_take",
        [[("points_take_yes", press("pointtakeyes", person["id"]))], [("close", "close")]],
        edit=said.pressed_message,
        name=person["name"],
        points=await points.balance(work.ledger, person["id"]),
        for_roles=points.TAKERS,
    )


@entry.pressed("pointtakeyes")
async def take_back(context: Context, pressed: Press, said: Said) -> None:
    """What they earned within a year is taken back, as far as it is there. Raises NotYours, Stale."""
    person = await _person(context, pressed)
    gone, owed = await points.reverse_all(context.work, person["id"])
    about = {"name": person["name"], "gone": gone, "owed": owed, "for_roles": points.TAKERS}
    context.work.reply("points.staff_taken", [[("close", "close")]], edit=said.pressed_message, **about)


async def _person(context: Context, pressed: Press) -> Row:
    person = await context.work.ledger.get(schema.person, pressed.number())
    if person is None or person["erased_at"] is not None:
        raise Stale
    points.check_take_back(context.work, person)
    return person
