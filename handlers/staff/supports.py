"""全程代办登记: who keeps the register enters somebody or ends it, from what was written down for the person.

Nobody else sees the button, and what is said here is said to nobody who has lost the role meanwhile.
"""

from handlers import entry
from handlers.context import Context
from handlers.flows import Rows
from handlers.said import Said
from storage import schema, supports
from storage.ledger import Row
from storage.rules.errors import Stale
from storage.rules.press import Press, press
from storage.rules.support import SupportReason
from storage.work import Button

KEEPERS = sorted(str(role) for role in supports.KEEPERS)


async def _person(context: Context, pressed: Press) -> Row:
    """Whom a button names. Raises Stale or NotYours."""
    person = await context.work.ledger.get(schema.person, pressed.number())
    if person is None or person["retired_at"] is not None:
        raise Stale
    await supports.check(context.work, person)
    return person


@entry.pressed("support")
async def look(context: Context, pressed: Press, _said: Said) -> None:
    """Whether somebody is registered and why; the reasons to choose from."""
    person = await _person(context, pressed)
    row = await supports.held(context.work.ledger, person["id"])
    reasons: list[Button] = [
        (f"support_{reason}", press("supportfor", person["id"], reason)) for reason in SupportReason
    ]
    end: Rows = [[("support_end", press("supportend", person["id"]))]] if row is not None else []
    context.work.reply(
        "papers.staff_support",
        [*([one] for one in reasons), *end, [("close", "close")]],
        name=person["name"],
        reason=row["reason"] if row is not None else None,
        for_roles=KEEPERS,
    )


@entry.pressed("supportfor")
async def register(context: Context, pressed: Press, said: Said) -> None:
    """Enter somebody for a reason. Raises Stale or NotYours."""
    person = await _person(context, pressed)
    reason = next((one for one in SupportReason if pressed.args[1:] == (str(one),)), None)
    if reason is None:
        raise Stale
    await supports.register(context.work, person, reason)
    context.work.reply("papers.staff_support_kept", edit=said.pressed_message, name=person["name"], for_roles=KEEPERS)


@entry.pressed("supportend")
async def end(context: Context, pressed: Press, said: Said) -> None:
    """Take somebody off the register. Raises Stale or NotYours."""
    person = await _person(context, pressed)
    await supports.end(context.work, person)
    context.work.reply("papers.staff_support_ended", edit=said.pressed_message, name=person["name"], for_roles=KEEPERS)
