"""The doorstep: who is it, in which language, where do they live, and do they agree to what we keep."""

from telegram import Update

from handlers import entry, flows
from handlers.context import Context
from handlers.said import Said
from storage import joining, people
from storage.rules.press import Press, press

NAME_LIMIT = 64


@entry.doorstep
async def meet(update: Update, context: Context) -> None:
    """Find or begin the person; whoever writes again can be reached again."""
    user, work = update.effective_user, context.work
    if user is None:
        return
    if work.person is None:
        name = user.full_name.replace("\x00", "").strip()[:NAME_LIMIT] or "?"
        work.person = people.begin(work, name=name, language=language_of(user.language_code))
    elif work.person["unreachable_at"] is not None and work.is_private:
        work.person = people.change(work, work.person, unreachable_at=None)
    status = update.my_chat_member
    if status is not None and status.new_chat_member.status == "kicked" and work.is_private:
        work.person = people.change(work, work.person, unreachable_at=work.now)


def language_of(code: str | None) -> str:
    """Our language for Telegram's `language_code`; Chinese where it says nothing."""
    return "en" if code and not code.lower().startswith("zh") else "zh-CN"


def keyboard_for(context: Context) -> str:
    """The main keyboard that fits what somebody does here."""
    roles = {grant["role"] for grant in context.work.grants}
    return "staff" if roles - {"resident", "family"} else "main"


@entry.command("start")
async def start(context: Context, args: list[str]) -> None:
    """/start, alone or with the payload of a poster (p…) or an invitation (s…)."""
    payload = args[0] if args else ""
    if payload.startswith("p"):
        await _by_poster(context, payload[1:])
    elif payload.startswith("s"):
        await _by_invitation(context, payload[1:])
    else:
        welcome(context)


def welcome(context: Context) -> None:
    """What can be done here, and the big buttons."""
    context.work.reply("welcome.hello", keyboard=keyboard_for(context), name=context.person["name"])
    if context.person["consented_at"] is None:
        flows.ask_consent(context)


async def _by_poster(context: Context, code: str) -> None:
    work = context.work
    poster = await joining.poster(work, code)
    if poster is None:
        work.reply("welcome.poster_unknown", keyboard=keyboard_for(context))
        return
    yes = press("home", poster["place_id"])
    work.reply(
        "welcome.home_ask",
        [[("home_yes", yes)], [("home_no", "home_no")]],
        place=work.directory.name(poster["place_id"], work.language),
    )


@entry.pressed("home")
async def live_here(context: Context, pressed: Press, said: Said) -> None:
    """The place is bound to the person; it gives no role."""
    work, place_id = context.work, pressed.number()
    if place_id not in work.directory.places:
        work.answer("refused.stale", alert=True)
        return
    work.person = people.change(work, context.person, home_id=place_id)
    work.reply("welcome.home_kept", edit=said.pressed_message, place=work.directory.name(place_id, work.language))
    if work.conversation and work.conversation.flow and await flows.resume(context):
        return
    welcome(context)


@entry.pressed("home_no")
async def live_elsewhere(context: Context, _pressed: Press, said: Said) -> None:
    """No harm: the place is asked for when something is reported."""
    context.work.reply("welcome.home_open", edit=said.pressed_message)
    welcome(context)


async def _by_invitation(context: Context, code: str) -> None:
    """A staff invitation: single use, expiring, and only the hash of its code is stored."""
    work = context.work
    invitation = await joining.by_invitation(work, code)
    work.reply(
        "welcome.role_given",
        keyboard="staff",
        role=invitation["role"],
        place=work.directory.name(invitation["place_id"], work.language),
    )


@entry.pressed("consent")
async def consent(context: Context, _pressed: Press, said: Said) -> None:
    """Agreed: what was said before goes on from where it was."""
    context.work.person = people.change(context.work, context.person, consented_at=context.work.now)
    context.work.reply("privacy.agreed", edit=said.pressed_message)
    if not await flows.resume(context):
        context.work.reply("welcome.ready", keyboard=keyboard_for(context))


@entry.pressed("dissent")
async def dissent(context: Context, _pressed: Press, said: Said) -> None:
    """Not agreed: nothing is kept; danger is still taken, always."""
    context.conversation.clear()
    context.work.reply("privacy.declined", edit=said.pressed_message)


@entry.command("privacy")
async def privacy(context: Context, _args: list[str]) -> None:
    """What is kept, why, how long, and how to end it."""
    context.work.reply("privacy.notice", keyboard=keyboard_for(context))


@entry.command("help", menu="menu_help")
async def help_(context: Context, _args: list[str]) -> None:
    """What can be said here."""
    roles = {grant["role"] for grant in context.work.grants}
    context.work.reply("welcome.help", keyboard=keyboard_for(context), is_staff=bool(roles - {"resident", "family"}))


@entry.command("lang")
async def lang(context: Context, _args: list[str]) -> None:
    """Choose a language."""
    context.work.reply("welcome.lang", [[("lang_zh", "lang:zh-CN"), ("lang_en", "lang:en")]])


@entry.pressed("lang")
async def choose_language(context: Context, pressed: Press, said: Said) -> None:
    """The language is kept with the person."""
    chosen = pressed.args[0] if pressed.args else ""
    if chosen not in {"zh-CN", "en"}:
        context.work.answer("refused.stale")
        return
    context.work.person = people.change(context.work, context.person, language=chosen, has_chosen_language=True)
    context.work.reply("welcome.lang_kept", keyboard=keyboard_for(context))


@entry.heard(90)
async def unknown(context: Context, said: Said) -> bool:
    """What nobody understood still gets an answer and a way on."""
    if said.is_too_large:
        context.work.reply("report.too_large", keyboard=keyboard_for(context))
    else:
        context.work.reply("welcome.not_understood", keyboard=keyboard_for(context))
    return True
