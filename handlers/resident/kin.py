"""家人: an elder invites a relative, or a relative asks an elder; either side sees the links and ends them."""

from handlers import entry, flows
from handlers.context import Context
from handlers.flows import Flow, Rows, Step
from handlers.said import Said
from storage import family, people, tickets
from storage.drafts import ResidentDraft
from storage.family import Asks
from storage.rules.press import Press, press

from .short import says

NEWEST = 20


class FamilyDraft(ResidentDraft):
    """An invitation into a family that was opened."""

    invitation_id: int
    name: str
    is_invited: bool  # by an elder; else a relative asks the one who opened it


@entry.pressed("family")
async def show(context: Context, _press: Press, said: Said) -> None:
    """Who is linked, and the two ways to link."""
    if context.person["consented_at"] is None:
        flows.ask_consent(context)
        return
    links = await family.links_of(context.work.ledger, context.person["id"])
    named = await people.by_ids(context.work.ledger, [link["other_id"] for link in links])
    rows: Rows = [
        [("family_end", press("family_end", link["id"]), {"name": named[link["other_id"]]["name"]})] for link in links
    ]
    rows += [[("family_invite", press("family_link", "invite"))], [("family_ask", press("family_link", "ask"))]]
    context.work.reply(
        "family.list",
        rows,
        edit=said.pressed_message,
        relatives=[named[link["other_id"]]["name"] for link in links if not link["is_elder"]],
        elders=[named[link["other_id"]]["name"] for link in links if link["is_elder"]],
    )


@entry.pressed("family_link")
async def link(context: Context, pressed: Press, _said: Said) -> None:
    """An address to hand on: it works once, for seven days."""
    if context.person["consented_at"] is None:
        flows.ask_consent(context)
        return
    asks = Asks.ASK if pressed.args[:1] == ("ask",) else Asks.INVITE
    code = family.make(context.work, asks)
    url = f"https://t.me/{context.bot.username}?start={family.payload(code)}"
    message = "family.invite" if asks is Asks.INVITE else "family.ask"
    context.work.reply(message, [[("copy_link", f"copy={url}")]], url=url, name=context.person["name"])


async def by_link(context: Context, code: str) -> None:
    """Somebody opened such an address. Raises the refusals of `family.by_code`."""
    invitation, maker = await family.by_code(context.work, code)
    draft = FamilyDraft(
        invitation_id=invitation["id"], name=maker["name"], is_invited=invitation["role"] == Asks.INVITE
    )
    await flows.begin(context, JOIN, draft)


async def _take(context: Context, _draft: FamilyDraft, said: Said) -> bool | None:
    if said.choice == "yes" or says(said.text, "yes", "agree"):
        return True
    if says(said.text, "no", "disagree"):
        context.conversation.clear()
        context.work.reply("flow.cancelled")
        return None
    return False


def _choices(_context: Context, draft: FamilyDraft) -> Rows:
    yes = "family_join" if draft.is_invited else "family_agree"
    return [[(yes, press("choose", "yes"))]]


async def _finish(context: Context, draft: FamilyDraft) -> None:
    work = context.work
    invitation, maker = await family.by_id(work, draft.invitation_id)
    elder, _ = await family.accept(work, invitation, maker)
    is_elder = elder["id"] == context.person["id"]
    work.reply("family.linked", edit=context.pressed_message, name=maker["name"], is_elder=is_elder)
    work.notify(maker, "family.linked", name=context.person["name"], is_elder=not is_elder)


JOIN = flows.declare(
    Flow(
        "family",
        FamilyDraft,
        (
            Step(
                "agree",
                "family.offer",
                _take,
                choices=_choices,
                params=lambda _context, draft: {"name": draft.name, "is_invited": draft.is_invited},
                unclear="family.offer",
                cancel="family_refuse",
            ),
        ),
        _finish,
    )
)


@entry.pressed("family_end")
async def ask_end(context: Context, pressed: Press, said: Said) -> None:
    """One more tap, so that nobody ends it by accident."""
    links = await family.links_of(context.work.ledger, context.person["id"])
    found = next((one for one in links if one["id"] == pressed.number()), None)
    if found is None:
        context.work.answer("refused.stale")
        return
    other = (await people.by_ids(context.work.ledger, [found["other_id"]]))[found["other_id"]]
    rows: Rows = [[("family_end_yes", press("family_stop", found["id"]))], [("family_keep", press("family"))]]
    context.work.reply("family.ask_end", rows, edit=said.pressed_message, name=other["name"])


@entry.pressed("family_stop")
async def end(context: Context, pressed: Press, said: Said) -> None:
    """Ended at once, for what is on its way too; open cards of the elder are no longer shown to the relative."""
    work = context.work
    other, elder_id, relative = await family.end(work, pressed.number())
    work.reply("family.ended", edit=said.pressed_message, name=other["name"])
    work.notify(other, "family.ended", name=context.person["name"])
    for ticket in await tickets.of_resident(work.ledger, elder_id, limit=NEWEST):
        work.card(ticket["id"], relative)
