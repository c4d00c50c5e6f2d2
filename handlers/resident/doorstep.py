"""The doorstep: who is it, in which language, where do they live, and do they agree to what we keep."""

from telegram import Update

from handlers import entry, flows
from handlers.context import Context
from handlers.said import Said
from storage import joining, people, privacy, taking_over, tickets, unreachable
from storage.rules.press import Press

from . import home, in_group, kin, own_data, taking_up
from .names import tidy_name
from .short import says


@entry.doorstep
async def meet(update: Update, context: Context) -> None:
    """Find or begin the person; whoever writes again can be reached again."""
    user, work = update.effective_user, context.work
    if user is None:
        return
    name = tidy_name(user.full_name) or "?"
    if work.person is None:
        work.person = people.begin(work, name=name, language=language_of(user.language_code))
    elif work.person["unreachable_at"] is not None and work.is_private:
        work.person = people.change(work, work.person, unreachable_at=None)
    if not work.person["name"]:
        work.person = {**work.person, "name": name}  # said no before: known by name only while we speak
    status = update.my_chat_member
    if status is not None and status.new_chat_member.status == "kicked" and work.is_private:
        unreachable.note(work, work.person["id"], f"u{update.update_id}")


def language_of(code: str | None) -> str:
    """Our language for Telegram's `language_code`; Chinese where it says nothing."""
    return "en" if code and not code.lower().startswith("zh") else "zh-CN"


def keyboard_for(context: Context) -> str:
    """The main keyboard that fits what somebody does here."""
    roles = {grant["role"] for grant in context.work.grants}
    return "staff" if roles - {"resident", "family"} else "main"


@entry.command("start")
async def start(context: Context, args: list[str]) -> None:
    """/start, alone or with the payload of a poster (p…), a family (f…), a group (g…) or an invitation (s…)."""
    payload = args[0] if args else ""
    if payload.startswith("p"):
        await _by_poster(context, payload[1:])
    elif payload.startswith("f"):
        await kin.by_link(context, payload[1:])
    elif payload.startswith(taking_over.PREFIX):
        await taking_up.by_address(context, payload[1:])
    elif payload.startswith(in_group.PREFIX):
        await in_group.by_address(context, payload[1:])
    elif payload.startswith("s"):
        await _by_invitation(context, payload[1:])
    elif not await entry.open_address(context, payload):
        welcome(context)


def welcome(context: Context) -> None:
    """What can be done here, and the big buttons."""
    context.work.reply("welcome.hello", keyboard=keyboard_for(context), name=context.person["name"])
    if context.person["consented_at"] is None:
        flows.ask_consent(context)


async def _by_poster(context: Context, code: str) -> None:
    context.work.reply("welcome.hello", keyboard=keyboard_for(context), name=context.person["name"])
    if not await home.by_poster(context, code):
        context.work.reply("welcome.poster_unknown", keyboard=keyboard_for(context))
        if context.person["consented_at"] is None:
            flows.ask_consent(context)


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


@entry.heard(5)
async def consent_in_words(context: Context, said: Said) -> bool:
    """同意 and 不同意, typed, while the question about them waits."""
    if said.files or not flows.asks_consent(context):
        return False
    if not says(said.text, "agree", "disagree"):
        return False
    await (_agree if says(said.text, "agree") else _disagree)(context, said)
    return True


@entry.pressed("consent")
async def consent(context: Context, _pressed: Press, said: Said) -> None:
    """Agreed: what was said before goes on from where it was."""
    await _agree(context, said)


async def _agree(context: Context, said: Said) -> None:
    work, person = context.work, context.person
    is_first = person["consented_at"] is None
    if is_first:
        work.person = people.change(work, person, consented_at=work.now, name=person["name"])
    work.reply("privacy.agreed", edit=said.pressed_message)
    if is_first:
        work.reply("welcome.ready", keyboard=keyboard_for(context))
    if not await flows.resume(context) and context.conversation.flow == flows.CONSENT.name:
        context.conversation.clear()


@entry.pressed("dissent")
async def dissent(context: Context, _pressed: Press, said: Said) -> None:
    """Not agreed: nothing is kept; danger is still taken, always."""
    if context.person["consented_at"] is not None:
        context.work.answer("refused.stale")
        return
    await _disagree(context, said)


async def _disagree(context: Context, said: Said) -> None:
    await privacy.forget(context.work)
    context.work.reply("privacy.declined", edit=said.pressed_message)


@entry.command("privacy")
async def privacy_notice(context: Context, _args: list[str]) -> None:
    """What is kept, why, how long, and how to end it."""
    context.work.reply("privacy.notice", own_data.buttons(), days=context.work.ledger.periods.matters.days)
    if context.person["consented_at"] is None:
        flows.ask_consent(context)


@entry.pressed("me_privacy")
async def privacy_pressed(context: Context, _pressed: Press, _said: Said) -> None:
    """The same by a button."""
    await privacy_notice(context, [])


@entry.command("help", menu="menu_help")
async def help_(context: Context, _args: list[str]) -> None:
    """What can be said here."""
    roles = {grant["role"] for grant in context.work.grants}
    context.work.reply("welcome.help", keyboard=keyboard_for(context), is_staff=bool(roles - {"resident", "family"}))


@entry.command("lang")
async def lang(context: Context, _args: list[str]) -> None:
    """Choose a language."""
    context.work.reply("welcome.lang", [[("lang_zh", "lang:zh-CN"), ("lang_en", "lang:en")]])


@entry.pressed("me_lang")
async def lang_pressed(context: Context, _pressed: Press, _said: Said) -> None:
    """The same by a button."""
    await lang(context, [])


@entry.pressed("lang")
async def choose_language(context: Context, pressed: Press, _said: Said) -> None:
    """The language is kept with the person; the keyboard, the open cards and the question that waits speak it too."""
    work = context.work
    chosen = pressed.args[0] if pressed.args else ""
    if chosen not in {"zh-CN", "en"}:
        context.work.answer("refused.stale")
        return
    work.person = people.change(work, context.person, language=chosen, has_chosen_language=True)
    work.reply("welcome.lang_kept", keyboard=keyboard_for(context))
    for ticket in await tickets.of_resident(work.ledger, work.person["id"], is_open=True):
        work.card(ticket["id"], work.person)
    await flows.resume(context)


@entry.heard(90)
async def unknown(context: Context, _said: Said) -> bool:
    """What nobody understood still gets an answer and a way on."""
    context.work.reply("welcome.not_understood", keyboard=keyboard_for(context))
    return True
