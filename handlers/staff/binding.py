"""/bind and /unbind in a group: an administrator says what it is for and which place it is of, by buttons there.

Everything chosen so far stands in the buttons, which only the administrator who began may press; the right is read
again at every step. Also what becomes of groups: the bot is taken in, put out, or the group moves.
"""

from collections.abc import Sequence

from telegram import ChatMember, ChatMemberAdministrator, Update

from handlers import entry, placing
from handlers.context import Context
from handlers.flows import Rows
from handlers.lookup import address
from handlers.said import Said
from storage import administration, groups, reach
from storage.directory import Place
from storage.rules.errors import NotYoursHere, Stale
from storage.rules.groups import Purpose
from storage.rules.press import Press, press
from storage.work import Button, Priority

LEVELS = frozenset({"district", "street", "community", "estate", "village", "grid"})
"""The places that have groups; a building's neighbours are in that of their estate."""
MOST, WIDE = 40, 2
GONE = frozenset({ChatMember.LEFT, ChatMember.BANNED})


@entry.command("bind")
@entry.command("unbind")
async def in_private(context: Context, _args: list[str]) -> None:
    """It is said in the group that is meant."""
    context.work.reply("group.bind_there")


@entry.command_in_group("bind")
async def begin(context: Context, _update: Update) -> None:
    """What is this group for?"""
    if context.work.person is None or not reach.holds(context.work, administration.ADMINISTRATORS):
        _refuse(context)
        return
    _ask_purpose(context, None)


@entry.command_in_group("unbind")
async def ask_end(context: Context, _update: Update) -> None:
    """Shall it be ended?"""
    work = context.work
    group = groups.bound(work.directory, work.chat_id)
    if work.person is None or not reach.holds(work, administration.ADMINISTRATORS):
        _refuse(context)
    elif group is None:
        work.reply("group.not_bound", priority=Priority.REMINDER)
    else:
        mine = work.person["id"]
        rows: Rows = [[("group_end", press("groupend", mine))], [("group_keep", press("groupno", mine))]]
        place = work.directory.name(group.place_id, work.language)
        work.reply("group.ask_end", rows, place=place, purpose=str(group.purpose))


def _refuse(context: Context) -> None:
    """Only administrators; whom the settings name is one from their first word in private on."""
    rows: Rows = [[("to_private", f"url={address(context, entry.HELLO)}")]]
    context.work.audit("bind_refused")
    context.work.reply("group.bind_admins", rows, priority=Priority.REMINDER)


def _ask_purpose(context: Context, edit: int | None) -> None:
    mine = context.person["id"]
    rows: Rows = [[(f"group_{one}", press("groupfor", mine, str(one)))] for one in Purpose]
    context.work.reply("group.ask_purpose", [*rows, [("cancel", press("groupno", mine))]], edit=edit)


def _check(context: Context, pressed: Press) -> None:
    """Raise NotYoursHere unless it is pressed by the administrator who began."""
    work = context.work
    is_mine = work.person is not None and pressed.number() == work.person["id"]
    if not is_mine or not reach.holds(work, administration.ADMINISTRATORS):
        raise NotYoursHere


@entry.pressed_in_group("group")
async def again(context: Context, pressed: Press, _said: Said) -> None:
    """Back to the first question."""
    _check(context, pressed)
    _ask_purpose(context, context.pressed_message)


def _chosen(context: Context, pressed: Press) -> tuple[Purpose, Place | None]:
    """What the button says: purpose and place, if one was chosen yet. Raises Stale for what is not there any more."""
    _check(context, pressed)
    if len(pressed.args) < 2 or pressed.args[1] not in set(Purpose):
        raise Stale
    place = context.work.directory.places.get(pressed.number(2) or 0)
    if place is None and len(pressed.args) > 2:
        raise Stale
    return Purpose(pressed.args[1]), place


@entry.pressed_in_group("groupfor")
async def ask_place(context: Context, pressed: Press, _said: Said) -> None:
    """Which place is it of? From the administrator's own places downwards."""
    work, mine = context.work, context.person["id"] if context.work.person else 0
    purpose, at = _chosen(context, pressed)
    if at is None:
        tops = [work.directory.places[one] for one in reach.seats(work, administration.ADMINISTRATORS)]
        below: Sequence[Place] = tops
    else:
        administration.check(work, at.id)
        below = [one for one in work.directory.children.get(at.id, ()) if one.level in LEVELS]
    buttons: list[Button] = [
        ("named", press("groupfor", mine, str(purpose), one.id), {"name": placing.name_of(one, work.language)})
        for one in below[:MOST]
    ]
    rows: Rows = [buttons[start : start + WIDE] for start in range(0, len(buttons), WIDE)]
    if at is not None:
        here = {"name": placing.name_of(at, work.language)}
        rows.insert(0, [("place_here", press("groupask", mine, str(purpose), at.id), here)])
    rows.append([("back", press("group", mine)), ("cancel", press("groupno", mine))])
    place = work.directory.name(at.id, work.language) if at is not None else None
    work.reply("group.ask_place", rows, edit=context.pressed_message, place=place, purpose=str(purpose))


@entry.pressed_in_group("groupask")
async def ask_whether(context: Context, pressed: Press, _said: Said) -> None:
    """Once more what was chosen, before it counts."""
    work = context.work
    purpose, place = _chosen(context, pressed)
    if place is None:
        raise Stale
    administration.check(work, place.id)
    mine = context.person["id"]
    rows: Rows = [
        [("group_yes", press("groupyes", mine, str(purpose), place.id))],
        [("back", press("groupfor", mine, str(purpose))), ("cancel", press("groupno", mine))],
    ]
    named = work.directory.name(place.id, work.language)
    work.reply("group.ask_bind", rows, edit=context.pressed_message, place=named, purpose=str(purpose))


@entry.pressed_in_group("groupyes")
async def bind(context: Context, pressed: Press, _said: Said) -> None:
    """Bound: from now on cards stand here."""
    work = context.work
    purpose, place = _chosen(context, pressed)
    if place is None:
        raise Stale
    await groups.bind(work, place.id, purpose, is_forum=work.is_forum)
    named = work.directory.name(place.id, work.language)
    work.reply("group.bound", edit=context.pressed_message, place=named, purpose=str(purpose), is_forum=work.is_forum)


@entry.pressed_in_group("groupno")
async def leave_it(context: Context, pressed: Press, _said: Said) -> None:
    """Nothing is changed."""
    _check(context, pressed)
    context.work.reply("group.left_as_it_is", edit=context.pressed_message)


@entry.pressed_in_group("groupend")
async def end(context: Context, pressed: Press, _said: Said) -> None:
    """Ended: no card comes here any more."""
    _check(context, pressed)
    await groups.unbind(context.work)
    context.work.reply("group.ended", edit=context.pressed_message)


# --- what becomes of a group -----------------------------------------------------------------------------------


@entry.of_group
async def membership(context: Context, update: Update) -> None:
    """Taken in: whoever may, says what for. Put out: the duty secretaries are told. Given a right: it is used."""
    change, work = update.my_chat_member, context.work
    if change is None or work.chat_id is None:
        return
    new = change.new_chat_member
    if new.status in GONE:
        await groups.left(work, work.chat_id)
    elif change.old_chat_member.status in GONE and groups.bound(work.directory, work.chat_id) is None:
        work.reply("group.hello")
    elif isinstance(new, ChatMemberAdministrator) and new.can_manage_topics:
        await groups.may_make_topics(work, work.chat_id)


@entry.of_group
async def moved(context: Context, update: Update) -> None:
    """The group became a supergroup."""
    message = update.message
    if message is not None and message.migrate_to_chat_id is not None and context.work.chat_id is not None:
        await groups.follow(context.work, context.work.chat_id, message.migrate_to_chat_id)
