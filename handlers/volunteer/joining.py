"""我愿意帮忙: somebody registers with one tap and says the rest when they like; and leaves again."""

from handlers import entry, flows
from handlers.context import Context
from handlers.said import Said
from storage import helpers
from storage.rules.press import Press, press

from . import registration, skills


def invite(context: Context, *, edit: int | None = None) -> None:
    """Ask somebody whether they would like to help neighbours."""
    rows = [[("helper_join", press("helpjoin"))], [("close", "close")]]
    context.work.reply("helper.invite", rows, edit=edit)


@entry.pressed("help")
async def mine(context: Context, _pressed: Press, _said: Said) -> None:
    """What I said of myself, or the question whether I would like to help."""
    if await helpers.is_helper(context.work.ledger, context.person["id"]):
        await registration.show(context)
    else:
        invite(context)


@entry.pressed("helpjoin")
async def join(context: Context, _pressed: Press, said: Said) -> None:
    """Registered: from now on one is asked. Whoever is already just sees it."""
    work, person = context.work, context.person
    if person["consented_at"] is None:
        flows.ask_consent(context)
        return
    if work.directory.community_of(person["home_id"]) is None:
        work.reply("helper.home_first", [[("me_home", press("me_home"))]], edit=said.pressed_message)
        return
    helper = await helpers.join(work)
    if helper["suspended_at"] is not None:
        work.reply("helper.is_suspended", edit=said.pressed_message, words=helper["suspended_why"])
        return
    work.reply("helper.joined", keyboard="main", name=person["name"])
    await skills.show(context)


@entry.pressed("helpleave")
async def ask_leave(context: Context, _pressed: Press, said: Said) -> None:
    """One more tap, so that nobody leaves by accident."""
    await helpers.mine(context.work)
    rows = [[("helper_leave_yes", press("helpgone"))], [("helper_stay", press("helpcard"))]]
    context.work.reply("helper.ask_leave", rows, edit=said.pressed_message)


@entry.pressed("helpgone")
async def leave(context: Context, _pressed: Press, said: Said) -> None:
    """Not asked any more; what was taken goes to others."""
    work = context.work
    await helpers.leave(work)
    work.reply("helper.left", [[("helper_join", press("helpjoin"))]], edit=said.pressed_message)
    work.reply("helper.left_board", keyboard="main")
