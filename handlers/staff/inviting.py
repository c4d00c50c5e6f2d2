"""Inviting somebody to a role: which one, at which place, for whom; then an address that works once, for a week."""

from collections.abc import Mapping
from typing import Any

from handlers import entry, flows
from handlers.context import Context
from handlers.flows import Flow, Rows, Step
from handlers.lookup import address
from handlers.said import Said
from storage import administration, invitations
from storage.drafts import Draft
from storage.rules.press import Press, base36, press
from storage.rules.rights import Role
from storage.work import Button

from . import admin, places
from .places import Outcome, Picked

OFFERED = (
    Role.GRID_WORKER,
    Role.BUILDING_HEAD,
    Role.UNIT_HEAD,
    Role.DUTY_SECRETARY,
    Role.COMMUNITY_SECRETARY,
    Role.MEDIATOR,
    Role.PROXY_AGENT,
    Role.PROPERTY_FIRM,
    Role.STEWARD,
    Role.VOLUNTEER,
    Role.STREET_LIAISON,
    Role.ADMINISTRATOR,
)
"""The roles that do something in chat by now."""


class Invitation(Draft):
    """What an invitation will give."""

    role: str = ""
    at: Picked = Picked()
    waiting: dict[str, str] = {}  # id -> name of those the import named for it, who have no chat yet
    for_id: int | None = None


async def _take_role(_context: Context, draft: Invitation, said: Said) -> bool:
    draft.role = said.choice or ""
    return draft.role in {str(role) for role in OFFERED}


def _roles(_context: Context, _draft: Invitation) -> Rows:
    buttons: list[Button] = [("role", press("choose", role), {"role": str(role)}) for role in OFFERED]
    return [buttons[at : at + 2] for at in range(0, len(buttons), 2)]


async def _take_place(context: Context, draft: Invitation, said: Said) -> bool | None:
    outcome = places.take(context, draft.at, said, admin.mine(context), grids=True)
    if outcome is Outcome.DEEPER:
        await flows.begin(context, INVITE, draft, edit=said.pressed_message)
        return None
    if outcome is Outcome.SETTLED:
        found = await administration.without_chat(context.work, draft.role, draft.at.place_id or 0)
        draft.waiting = {base36(row["id"]): row["name"] for row in found}
    return outcome is Outcome.SETTLED


async def _take_whom(_context: Context, draft: Invitation, said: Said) -> bool:
    if said.choice in draft.waiting:
        draft.for_id = int(said.choice or "", 36)
        return True
    return said.choice == "new"


def _whom(_context: Context, draft: Invitation) -> Rows:
    named: Rows = [[("named", press("choose", code), {"name": name})] for code, name in draft.waiting.items()]
    return [*named, [("invite_new", press("choose", "new"))]]


def _about(context: Context, draft: Invitation) -> Mapping[str, Any]:
    place_id = draft.at.place_id
    place = context.work.directory.name(place_id, context.work.language) if place_id else None
    return {"role": draft.role, "place": place}


async def _finish(context: Context, draft: Invitation) -> None:
    work = context.work
    code = await administration.invite(work, draft.role, draft.at.place_id or 0, draft.for_id)
    link = address(context, invitations.payload(code))
    name = draft.waiting.get(base36(draft.for_id)) if draft.for_id is not None else None
    work.reply(
        "admin.invited",
        [[("copy_address", f"copy={link}")], [("admin_back", "admin")]],
        edit=context.pressed_message,
        link=link,
        name=name,
        days=invitations.LIFETIME.days,
        once=True,
        for_roles=admin.ADMINISTRATORS,
        **_about(context, draft),
    )


INVITE = flows.declare(
    Flow(
        "invite",
        Invitation,
        (
            Step("role", "admin.ask_role", _take_role, choices=_roles, needs_consent=False),
            Step(
                "place",
                "admin.ask_role_place",
                _take_place,
                choices=lambda context, draft: places.rows(context, draft.at, grids=True),
                params=_about,
                unclear="admin.place_unclear",
                needs_consent=False,
            ),
            Step(
                "whom",
                "admin.ask_whom",
                _take_whom,
                lambda draft: bool(draft.waiting),
                _whom,
                params=_about,
                unclear="admin.ask_whom",
                needs_consent=False,
            ),
        ),
        _finish,
    )
)


@entry.pressed("invite")
async def invite(context: Context, _pressed: Press, said: Said) -> None:
    """Begin an invitation."""
    admin.check(context)
    await flows.begin(context, INVITE, Invitation(at=admin.tops(context)), edit=said.pressed_message)
