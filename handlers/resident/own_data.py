"""我的数据: what is kept of somebody, handed over as a file or deleted; by buttons under /privacy, or in these words.

Deletion asks twice. The second button holds for ten minutes, so that an old one pressed by accident deletes nothing.
"""

from datetime import timedelta

from handlers import entry
from handlers.context import Context
from handlers.said import Said
from storage import outbox, unsure
from storage.keeping import erasing
from storage.rules.press import Press, press
from storage.work import Button, Priority

from .short import says

HOLDS_FOR = timedelta(minutes=10)


def buttons() -> list[list[Button]]:
    """What stands under the notice on privacy."""
    return [[("own_data", press("own_data"))], [("leave", press("leave"))]]


@entry.pressed("own_data")
async def hand_over(context: Context, _press: Press, _said: Said) -> None:
    """A file with everything, made when it is sent; asking again while one is on its way makes no second."""
    work, me = context.work, context.person
    work.reply("privacy.export_comes")
    if not await outbox.waits_for(work.ledger, me["id"], "export"):
        work.draw("export", me, priority=Priority.ANSWER)


@entry.pressed("leave")
async def ask(context: Context, _press: Press, said: Said) -> None:
    """First: what deletion means, and what it ends. Raises HandOverFirst or DangerFirst."""
    work = context.work
    if unsure.waits(work.conversation):
        raise erasing.DangerFirst
    matters = await erasing.open_matters(work.ledger, context.person, work.grants)
    rows: list[list[Button]] = [
        [("leave_on", press("leave_on"))],
        [("leave_not", press("leave_not"))],
    ]
    work.reply("privacy.leave", rows, edit=said.pressed_message, count=len(matters))


@entry.pressed("leave_on")
async def ask_again(context: Context, _press: Press, said: Said) -> None:
    """Second: the last question. Raises what `ask` raises."""
    work = context.work
    await erasing.open_matters(work.ledger, context.person, work.grants)
    until = int((work.now + HOLDS_FOR).timestamp())
    rows: list[list[Button]] = [[("leave_not", press("leave_not"))], [("leave_yes", press("leave_yes", until))]]
    work.reply("privacy.leave_again", rows, edit=said.pressed_message)


@entry.pressed("leave_not")
async def stay(context: Context, _press: Press, said: Said) -> None:
    """Nothing happened."""
    context.work.reply("privacy.stayed", edit=said.pressed_message)


@entry.pressed("leave_yes")
async def leave(context: Context, pressed: Press, said: Said) -> None:
    """Now. Whoever writes again afterwards is new here. Raises what `erasing.begin` raises."""
    work = context.work
    if work.now.timestamp() > (pressed.number() or 0):
        work.reply("privacy.leave_late", edit=said.pressed_message)
        return
    work.answer()
    work.reply("privacy.left", edit=said.pressed_message)
    await erasing.begin(work)


@entry.heard(6)
async def in_words(context: Context, said: Said) -> bool:
    """The same in words, as the notice says, unless a question about danger waits."""
    if said.files or unsure.waits(context.work.conversation):
        return False
    if says(said.text, "my_data"):
        await hand_over(context, Press("own_data"), said)
    elif says(said.text, "delete_me"):
        await ask(context, Press("leave"), said)
    else:
        return False
    return True
