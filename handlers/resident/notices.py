"""What a reader does with a notice: 收到, and doing without what is not official."""

from handlers import entry
from handlers.context import Context
from handlers.said import Said
from storage import notices
from storage.rules.press import Press, press


@entry.pressed("notice_got")
async def got(context: Context, pressed: Press, _said: Said) -> None:
    """Read: counted once."""
    is_new = await notices.read(context.work, pressed.number())
    context.work.answer("notices.counted" if is_new else "notices.counted_before")


@entry.pressed("activities_off")
async def off(context: Context, _pressed: Press, _said: Said) -> None:
    """No more invitations to activities; one tap takes it back."""
    work = context.work
    work.person = notices.want_activities(work, context.person, are_wanted=False)
    work.reply("notices.activities_off", [[("activities_on", press("activities_on"))]])


@entry.pressed("activities_on")
async def on(context: Context, _pressed: Press, said: Said) -> None:
    """Invitations come again."""
    work = context.work
    work.person = notices.want_activities(work, context.person, are_wanted=True)
    work.reply("notices.activities_on", edit=said.pressed_message)
