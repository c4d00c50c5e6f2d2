"""Teams: one is made, others come in by an address, its leader asks them for a request, everybody may leave."""

from handlers import entry, flows
from handlers.context import Context
from handlers.flows import Flow, Rows, Step
from handlers.lookup import address
from handlers.said import Said
from storage import helpers, orders, teams
from storage.drafts import ResidentDraft
from storage.rules.errors import Stale
from storage.rules.helping import Shown
from storage.rules.press import Press, press

from . import listing


class TeamDraft(ResidentDraft):
    """The name of a team."""

    name: str = ""


@entry.pressed("team")
async def show(context: Context, _pressed: Press, said: Said) -> None:
    """My teams, and those in the one I lead. Raises Stale without a registration."""
    work, me = context.work, context.person["id"]
    await helpers.mine(work)
    found = await teams.of(work.ledger, me)
    led = next((row for row in found if row["leader_id"] == me), None)
    others = [row for row in await teams.members(work.ledger, led["id"]) if row["person_id"] != me] if led else []
    rows: Rows = [[("team_out", press("teamout", row["id"]), {"name": row["name"]})] for row in others]
    rows.append([("team_invite", press("teaminvite"))] if led else [("team_new", press("teamnew"))])
    rows += [[("team_leave", press("teamleave", row["id"]), {"name": row["name"]})] for row in found]
    work.reply(
        "helper.team",
        [*rows, [("back", press("helpcard"))]],
        edit=said.pressed_message,
        teams=[row["name"] for row in found],
        led=led["name"] if led else None,
        members=[row["name"] for row in others],
    )


async def _take_name(_context: Context, draft: TeamDraft, said: Said) -> bool:
    draft.name = " ".join(said.text.split())[: teams.LONGEST_NAME]
    return bool(draft.name)


async def _make(context: Context, draft: TeamDraft) -> None:
    team = await teams.create(context.work, draft.name)
    rows: Rows = [[("team_invite", press("teaminvite"))], [("helper_me", press("help"))]]
    context.work.reply("helper.team_made", rows, team=team["name"])


NAME = flows.declare(Flow("team", TeamDraft, (Step("name", "helper.ask_team", _take_name),), _make))


@entry.pressed("teamnew")
async def new(context: Context, _pressed: Press, _said: Said) -> None:
    """A team of one's own. Raises Stale without a registration."""
    await helpers.mine(context.work)
    await flows.begin(context, NAME, TeamDraft())


@entry.pressed("teaminvite")
async def invite(context: Context, _pressed: Press, _said: Said) -> None:
    """An address to hand on: it takes one person in, within seven days."""
    url = address(context, await teams.invite(context.work))
    context.work.reply("helper.team_invite", [[("copy_link", f"copy={url}")]], url=url)


@entry.opened(teams.PREFIX)
async def by_link(context: Context, code: str) -> None:
    """Somebody opened such an address. Raises the refusals of `teams.by_code`."""
    invitation, team = await teams.by_code(context.work, code)
    rows: Rows = [[("team_join", press("teamjoin", invitation["id"]))], [("close", "close")]]
    context.work.reply("helper.team_offer", rows, team=team["name"])


@entry.pressed("teamjoin")
async def join(context: Context, pressed: Press, said: Said) -> None:
    """In; who does not help yet does from now on. Raises what `teams.by_id` and `helpers.join` raise."""
    work, person = context.work, context.person
    invitation, team = await teams.by_id(work, pressed.number())
    if person["consented_at"] is None:
        flows.ask_consent(context)
        return
    if work.directory.community_of(person["home_id"]) is None:
        work.reply("helper.home_first", [[("me_home", press("me_home"))]])
        return
    await helpers.join(work)
    await teams.join(work, invitation, team)
    work.reply("helper.team_in", [[("helper_me", press("help"))]], edit=said.pressed_message, team=team["name"])


@entry.pressed("teamleave")
async def leave(context: Context, pressed: Press, said: Said) -> None:
    """Out of a team. Raises Stale."""
    team = await teams.leave(context.work, pressed.number())
    rows: Rows = [[("helper_me", press("help"))]]
    context.work.reply("helper.team_gone", rows, edit=said.pressed_message, team=team["name"])


@entry.pressed("teamout")
async def take_out(context: Context, pressed: Press, said: Said) -> None:
    """A leader takes somebody out. Raises NotYours."""
    row = await teams.take_out(context.work, pressed.number())
    rows: Rows = [[("back", press("team"))]]
    context.work.reply("helper.team_taken_out", rows, edit=said.pressed_message, name=row["name"])


# --- asking the team -----------------------------------------------------------------------------------------


@entry.pressed("teamask")
async def whom(context: Context, pressed: Press, _said: Said) -> None:
    """Whom of the team to ask for a request. Raises Stale, AlreadyTaken, NotYours."""
    work = context.work
    ticket = await teams.ticket_for(work, pressed.number())
    found = await teams.able(work, ticket)
    rows: Rows = [
        [("named", press("teampick", ticket["id"], person["id"]), {"name": person["name"]})] for person in found
    ]
    work.reply("helper.team_whom" if found else "helper.team_nobody", [*rows, [("close", "close")]])


@entry.pressed("teampick")
async def ask(context: Context, pressed: Press, said: Said) -> None:
    """Ask that one, who says yes or no. Raises Stale, AlreadyTaken, NotYours."""
    work = context.work
    ticket = await teams.ticket_for(work, pressed.number())
    order = await orders.of(work.ledger, ticket["id"])
    if order is None:
        raise Stale
    told = listing.told(context, {**order, "place_id": ticket["place_id"]})
    person = await teams.ask(work, ticket, pressed.number(1), **told)
    work.reply("helper.team_asked", edit=said.pressed_message, name=person["name"])


@entry.pressed("teamyes")
async def agree(context: Context, pressed: Press, _said: Said) -> None:
    """Yes: the place is mine. Raises what `claims.claim` raises."""
    work = context.work
    ticket = await teams.ticket_for(work, pressed.number())
    helper = await helpers.mine(work)
    work.card(ticket["id"], context.person, is_fresh=True)
    await teams.agree(work, ticket, pressed.number(1), shows_phone=helpers.shows(helper, [Shown.PHONE]))
    work.answer("helper.taken")


@entry.pressed("teamno")
async def decline(context: Context, pressed: Press, said: Said) -> None:
    """No; the leader hears it."""
    await teams.tell_leader(context.work, pressed.number(), "helper.team_declined")
    context.work.reply("helper.team_no", edit=said.pressed_message)
