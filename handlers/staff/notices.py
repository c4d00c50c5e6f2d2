"""/notice: the notices of one's places, how far each has come, and what can be done with it."""

from handlers import entry
from handlers.context import Context
from handlers.flows import Rows
from handlers.said import Said
from storage import noticeboard, notices, reach
from storage.ledger import Row
from storage.rules.errors import NotYours, Stale
from storage.rules.notices import Event, State
from storage.rules.place_rights import NoticeAction, codes_for
from storage.rules.press import Press, press
from storage.work import Button

PAGE = 6
ROLES = codes_for(NoticeAction.WRITE)
VISITORS = codes_for(NoticeAction.SEE_NAMES)


@entry.command("notice", menu="menu_notice")
async def overview(context: Context, _args: list[str]) -> None:
    """The newest notices, and a button to write one."""
    await _list(context, 0, None)


@entry.pressed("notices")
async def another_page(context: Context, pressed: Press, said: Said) -> None:
    """Another page, or back from one of them."""
    await _list(context, pressed.number() or 0, said.pressed_message)


async def _list(context: Context, page: int, edit: int | None) -> None:
    work = context.work
    if not reach.holds(work, notices.WRITERS):
        raise NotYours
    found = await noticeboard.visible(work, PAGE + 1, page * PAGE)
    rows: Rows = [[("notice_new", "notice_new")]]
    for row in found[:PAGE]:
        label = {"kind": row["kind"], "state": row["state"], "words": row["words"], "at": row["due_at"]}
        rows.append([("notice_one", press("notice_look", row["id"]), label)])
    turn: list[Button] = [("earlier", press("notices", page - 1))] if page else []
    if len(found) > PAGE:
        turn.append(("later", press("notices", page + 1)))
    rows += [turn] if turn else []
    work.reply("notices.list", [*rows, [("close", "close")]], edit=edit, count=len(found), for_roles=ROLES)


@entry.pressed("notice_look")
async def look(context: Context, pressed: Press, said: Said) -> None:
    """How far it has come, as of now."""
    notice = await noticeboard.open_one(context.work, pressed.number())
    await _show(context, notice, said.pressed_message)


async def _show(context: Context, notice: Row, edit: int | None) -> None:
    work = context.work
    actor = notices.actor(work)
    params, rows = await noticeboard.board(work.ledger, notice, actor, work.language, work.now)
    work.reply("notices.board", rows, edit=edit, for_roles=ROLES, **params)


# --- steering ------------------------------------------------------------------------------------------------


@entry.pressed("notice_pause")
async def pause(context: Context, pressed: Press, said: Said) -> None:
    """⏸ What is queued is called back."""
    await _steer(context, pressed, said, Event.PAUSED)


@entry.pressed("notice_go")
async def go_on(context: Context, pressed: Press, said: Said) -> None:
    """▶ It goes on where it was."""
    await _steer(context, pressed, said, Event.RESUMED)


@entry.pressed("notice_again")
async def remind(context: Context, pressed: Press, said: Said) -> None:
    """Those who have not read it are told again, at most once a day."""
    await _steer(context, pressed, said, Event.REMINDED)


@entry.pressed("notice_stop")
async def ask_stop(context: Context, pressed: Press, said: Said) -> None:
    """Asked once more: what is stopped does not go on again."""
    work = context.work
    notice = await notices.mine(work, pressed.number())
    if notice["state"] in {State.ENDED, State.STOPPED}:
        raise Stale
    rows: Rows = [
        [("notice_stop_yes", press("notice_stop_yes", notice["id"]))],
        [("back", press("notice_look", notice["id"]))],
    ]
    work.reply("notices.ask_stop", rows, edit=said.pressed_message, words=notice["words"], for_roles=ROLES)


@entry.pressed("notice_stop_yes")
async def stop(context: Context, pressed: Press, said: Said) -> None:
    """⏹ Whoever has not got it by now does not get it."""
    await _steer(context, pressed, said, Event.STOPPED)


async def _steer(context: Context, pressed: Press, said: Said, event: Event) -> None:
    """The author's board is drawn anew by itself; another message shows the notice as it is now."""
    notice = await notices.steer(context.work, pressed.number(), event)
    if said.pressed_message != notice["message_id"]:
        await _show(context, notice, said.pressed_message)


# --- who has not -------------------------------------------------------------------------------------------


@entry.pressed("notice_where")
async def by_building(context: Context, pressed: Press, said: Said) -> None:
    """The numbers for each building."""
    work = context.work
    notice = await noticeboard.open_one(work, pressed.number())
    lines = [
        {"name": name, "total": found.total, "sent": found.sent, "read": found.read}
        for name, found in await noticeboard.by_building(work, notice)
    ]
    rows: Rows = [[("back", press("notice_look", notice["id"])), ("close", "close")]]
    work.reply(
        "notices.where",
        rows,
        edit=said.pressed_message,
        lines=lines,
        has_receipt=notice["has_receipt"],
        words=notice["words"],
        for_roles=ROLES,
    )


@entry.pressed("notice_who")
async def who(context: Context, pressed: Press, said: Said) -> None:
    """Names of those who have not read it, for the grid worker who can visit them. They are forgotten once sent."""
    work = context.work
    notice = await noticeboard.open_one(work, pressed.number())
    found = await noticeboard.unread(work, notice)
    rows: Rows = [[("back", press("notice_look", notice["id"])), ("close", "close")]]
    work.reply(
        "notices.who",
        rows,
        edit=said.pressed_message,
        people=found,
        count=len(found),
        is_cut=len(found) == noticeboard.MOST_NAMES,
        for_roles=VISITORS,
        once=True,
    )
