"""/admin: who holds which role where, inviting and taking away, posters, what is offered, and what was set aside.

Whoever the settings name as administrator (`LINLI_ADMIN_IDS`) gets that role at the top of the structure with the first
thing they write; everybody else gets theirs from the import or by an invitation.
"""

from typing import Any

from telegram import Update

from handlers import entry, flows
from handlers.context import Context
from handlers.flows import Flow, Rows, Step
from handlers.said import Said
from storage import administration, inbox, offering, reach
from storage.drafts import Draft
from storage.rules.errors import NotYours
from storage.rules.press import Press, press
from storage.work import Button

from . import places
from .places import Outcome, Picked

PAGE = 8
ADMINISTRATORS = sorted(str(role) for role in administration.ADMINISTRATORS)


@entry.doorstep
async def appointed(update: Update, context: Context) -> None:
    """The settings' administrators hold their role from their first word on; a role lost by mistake comes back."""
    user = update.effective_user
    admins: Any = context.application.bot_data.get(entry.ADMINS, ())
    if user is not None and user.id in admins and context.work.is_private:
        await administration.appoint(context.work)


@entry.command("admin", menu="menu_admin")
async def admin(context: Context, _args: list[str]) -> None:
    """What can be done here."""
    await _menu(context, None)


@entry.pressed("admin")
async def admin_again(context: Context, _pressed: Press, said: Said) -> None:
    """Back from anywhere in it."""
    await _menu(context, said.pressed_message)


async def _menu(context: Context, edit: int | None) -> None:
    work = context.work
    services: Rows = [[("admin_services", "svcs")]] if work.directory.catalogue.services else []
    if not reach.holds(work, administration.ADMINISTRATORS):
        if not services or not reach.holds(work, offering.MAKERS):
            raise NotYours
        work.reply("admin.menu_offering", [*services, [("close", "close")]], edit=edit)
        return
    rows: Rows = [
        [("admin_invite", "invite")],
        [("admin_roles", press("at", "roles"))],
        [("admin_posters", press("at", "posters"))],
        *services,
        [("close", "close")],
    ]
    # How many, never what: the content of what was set aside is nobody's business.
    count = await inbox.count_set_aside(context.work.ledger)
    context.work.reply("admin.menu", rows, edit=edit, set_aside=count)


def check(context: Context) -> None:
    """Raise NotYours unless the one who asks is an administrator of anything now."""
    if not reach.holds(context.work, administration.ADMINISTRATORS):
        raise NotYours


def mine(context: Context) -> frozenset[int]:
    """Every place the one who asks administers."""
    return reach.places(context.work, administration.ADMINISTRATORS)


def tops(context: Context) -> Picked:
    """Where the choice of a place begins."""
    return places.begin(reach.seats(context.work, administration.ADMINISTRATORS))


# --- at a place: its roles, its posters ----------------------------------------------------------------------


class AtPlace(Draft):
    """Which place is looked at, and what for."""

    what: str
    at: Picked = Picked()


async def _take_place(context: Context, draft: AtPlace, said: Said) -> bool | None:
    check(context)
    outcome = places.take(context, draft.at, said, mine(context), grids=True)
    if outcome is Outcome.DEEPER:
        await flows.begin(context, AT_PLACE, draft, edit=said.pressed_message)
        return None
    return outcome is Outcome.SETTLED


async def _finish_place(context: Context, draft: AtPlace) -> None:
    place_id = draft.at.place_id or 0
    if draft.what == "roles":
        await _roles(context, place_id, 0, context.pressed_message)
    else:
        await _posters(context, place_id, context.pressed_message)


AT_PLACE = flows.declare(
    Flow(
        "admin_at",
        AtPlace,
        (
            Step(
                "place",
                "admin.ask_place",
                _take_place,
                choices=lambda context, draft: places.rows(context, draft.at, grids=True),
                unclear="admin.place_unclear",
                needs_consent=False,
            ),
        ),
        _finish_place,
    )
)


@entry.pressed("at")
async def ask_place(context: Context, pressed: Press, said: Said) -> None:
    """Choose the place first."""
    check(context)
    what = "posters" if pressed.args[:1] == ("posters",) else "roles"
    await flows.begin(context, AT_PLACE, AtPlace(what=what, at=tops(context)), edit=said.pressed_message)


# --- roles ---------------------------------------------------------------------------------------------------


@entry.pressed("roles")
async def roles(context: Context, pressed: Press, said: Said) -> None:
    """Another page of who holds which role at a place."""
    place_id = administration.check(context.work, pressed.number())
    await _roles(context, place_id, pressed.number(1) or 0, said.pressed_message)


async def _roles(context: Context, place_id: int, page: int, edit: int | None) -> None:
    work = context.work
    administration.check(work, place_id)
    found = await administration.roles_at(work, place_id)
    shown = found[page * PAGE : (page + 1) * PAGE]
    rows: Rows = [[("held", press("take", row["id"]), _held(row))] for row in shown]
    turn: list[Button] = [("earlier", press("roles", place_id, page - 1))] if page else []
    if len(found) > (page + 1) * PAGE:
        turn.append(("later", press("roles", place_id, page + 1)))
    last: list[Button] = [("admin_back", "admin"), ("close", "close")]
    work.reply(
        "admin.roles",
        [*rows, *([turn] if turn else []), last],
        edit=edit,
        place=work.directory.name(place_id, work.language),
        count=len(found),
        for_roles=ADMINISTRATORS,
    )


def _held(row: Any) -> dict[str, Any]:
    return {"name": row["name"], "role": row["role"], "has_chat": row["telegram_id"] is not None}


@entry.pressed("take")
async def ask_take(context: Context, pressed: Press, said: Said) -> None:
    """Asked once more before a role is taken away."""
    work = context.work
    row = await administration.role(work, pressed.number())
    rows: Rows = [
        [("take_yes", press("takeyes", row["id"]))],
        [("admin_back", press("roles", row["place_id"], 0)), ("close", "close")],
    ]
    place = work.directory.name(row["place_id"], work.language)
    work.reply(
        "admin.ask_take",
        rows,
        edit=said.pressed_message,
        name=row["name"],
        role=row["role"],
        place=place,
        for_roles=ADMINISTRATORS,
    )


@entry.pressed("takeyes")
async def take(context: Context, pressed: Press, said: Said) -> None:
    """Taken away from the next press on."""
    work = context.work
    row = await administration.take_away(work, pressed.number())
    place = work.directory.name(row["place_id"], work.language)
    rows: Rows = [[("admin_back", press("roles", row["place_id"], 0)), ("close", "close")]]
    work.reply("admin.taken", rows, edit=said.pressed_message, name=row["name"], role=row["role"], place=place)


# --- posters -------------------------------------------------------------------------------------------------


async def _posters(context: Context, place_id: int, edit: int | None) -> None:
    work = context.work
    administration.check(work, place_id)
    found = await administration.posters(work, work.directory.below(place_id))
    rows: Rows = [[("posters_withdraw", press("unposter", place_id))]] if found else []
    place = work.directory.name(place_id, work.language)
    last: list[Button] = [("admin_back", "admin"), ("close", "close")]
    work.reply("admin.posters", [*rows, last], edit=edit, place=place, count=len(found))


@entry.pressed("unposter")
async def withdraw_posters(context: Context, pressed: Press, said: Said) -> None:
    """The codes of a place and of what lies in it are refused from now on."""
    work = context.work
    place_id = administration.check(work, pressed.number())
    count = await administration.withdraw_posters(work, place_id)
    place = work.directory.name(place_id, work.language)
    rows: Rows = [[("admin_back", "admin"), ("close", "close")]]
    work.reply("admin.posters_withdrawn", rows, edit=said.pressed_message, place=place, count=count)
