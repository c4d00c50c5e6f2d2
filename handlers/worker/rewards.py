"""The counter of 积分超市: whoever is on duty at the hall taps the code or types it, and hands the thing over."""

from handlers import entry, rewarding
from handlers.context import Context
from handlers.flows import Rows
from handlers.said import Said
from storage import rewards, schema
from storage.ledger import Row
from storage.rules.errors import NotYours, Stale
from storage.rules.press import Press, press
from storage.work import Button

MOST = 30
BACK: list[Button] = [("hand_back", press("handlist")), ("close", "close")]


@entry.pressed("handlist")
async def waiting(context: Context, _pressed: Press, said: Said) -> None:
    """What waits to be fetched: codes and things, no names."""
    work = context.work
    if not rewards.may_hand_out(work):
        raise NotYours
    found = await rewards.to_hand_out(work)
    rows: Rows = [[_one(context, row)] for row in found[:MOST]]
    last: Rows = [[("close", "close")]]
    if not found:
        work.reply("points.staff_list_empty", last, edit=said.pressed_message)
        return
    work.reply(
        "points.staff_list", [*rows, *last], edit=said.pressed_message, count=len(found), for_roles=rewards.HANDERS
    )


def _one(context: Context, row: Row) -> Button:
    about = {"code": rewarding.spaced(row["code"]), "name": rewarding.named(row, context.work.language)}
    return ("hand_one", press("handask", row["id"]), about)


@entry.heard(9)
async def typed(context: Context, said: Said) -> bool:
    """A code that somebody types: their own is shown to them, another's to who may hand it out."""
    if said.files or not rewards.is_code(said.text):
        return False
    row = await rewards.by_code(context.work.ledger, said.text)
    if row is not None and row["person_id"] == context.person["id"]:
        rewarding.show(context, row)
    elif row is not None and rewards.may_hand_out(context.work):
        await _ask(context, row, None)
    else:
        context.work.reply("points.code_unknown")
    return True


@entry.pressed("handask")
async def ask(context: Context, pressed: Press, said: Said) -> None:
    """Whose it is, once the code was read out."""
    await _ask(context, await _row(context, pressed), said.pressed_message)


async def _ask(context: Context, row: Row, edit: int | None) -> None:
    work = context.work
    await rewards.check_hand_out(work, row)
    person = await work.ledger.get(schema.person, row["person_id"])
    work.reply(
        "points.staff_ask",
        [[("hand_yes", press("handyes", row["id"]))], [("hand_no", press("handno", row["id"]))], BACK],
        edit=edit,
        name=rewarding.named(row, work.language),
        code=rewarding.spaced(row["code"]),
        person=person["name"] if person is not None else "",
        for_roles=rewards.HANDERS,
    )


@entry.pressed("handyes")
async def handed(context: Context, pressed: Press, said: Said) -> None:
    """It was handed over; whoever exchanged it is told, in case it was somebody else."""
    work, row = context.work, await _row(context, pressed)
    await rewards.hand_out(work, row)
    person = await work.ledger.get(schema.person, row["person_id"])
    if person is not None:
        work.notify(person, "points.fetched", names=rewarding.names(row))
    name = rewarding.named(row, work.language)
    work.reply("points.staff_handed", [BACK], edit=said.pressed_message, name=name)


@entry.pressed("handno")
async def called_off(context: Context, pressed: Press, said: Said) -> None:
    """It is not there: the points go back."""
    work, row = context.work, await _row(context, pressed)
    await rewards.check_hand_out(work, row)
    await rewards.cancel(work, row)
    person = await work.ledger.get(schema.person, row["person_id"])
    if person is not None:
        shop = [[("points_shop", press("shop"))]]
        work.notify(person, "points.called_off", shop, names=rewarding.names(row), points=row["price"])
    name = rewarding.named(row, work.language)
    work.reply("points.staff_called_off", [BACK], edit=said.pressed_message, name=name)


async def _row(context: Context, pressed: Press) -> Row:
    row = await rewards.by_id(context.work.ledger, pressed.number())
    if row is None or row["state"] != rewards.State.OPEN:
        raise Stale
    return row
