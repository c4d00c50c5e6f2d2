"""A secretary's presses on a helper's page: people and skills are verified, somebody is suspended or lifted."""

from handlers import entry, flows
from handlers.context import Context
from handlers.flows import Draft, Flow
from handlers.said import Said
from handlers.sentence import sentence
from storage import points, vouching
from storage import talents as register
from storage.rules.press import Press, press

REASONS = {one: f"suspend_{one}" for one in ("missed", "complaint", "asked")}


class SuspensionDraft(Draft):
    """Why somebody is not to help for the time being: one of the usual reasons, or words."""

    person_id: int
    name: str
    words: str = ""


@entry.pressed("helpverify")
async def verify(context: Context, pressed: Press, said: Said) -> None:
    """The person is who they say they are. Raises NotYours."""
    work = context.work
    await vouching.verify(work, await register.person_of(work, pressed.number()))
    work.reply("helper.staff_verified", [_page(pressed)], edit=said.pressed_message, for_roles=vouching.JUDGES)


@entry.pressed("skillverify")
async def verify_skill(context: Context, pressed: Press, said: Said) -> None:
    """They can it. Raises NotYours, Stale."""
    work = context.work
    code = pressed.args[1] if len(pressed.args) > 1 else ""
    await vouching.verify_skill(work, await register.person_of(work, pressed.number()), code)
    work.reply("helper.staff_verified", [_page(pressed)], edit=said.pressed_message, for_roles=vouching.JUDGES)


@entry.pressed("helplift")
async def lift(context: Context, pressed: Press, said: Said) -> None:
    """They help again. Raises NotYours."""
    work = context.work
    await vouching.lift(work, await register.person_of(work, pressed.number()))
    work.reply("helper.staff_lifted", [_page(pressed)], edit=said.pressed_message, for_roles=vouching.JUDGES)


def _page(pressed: Press) -> list[tuple[str, str]]:
    return [("talent_open", press("talent", pressed.number() or 0))]


async def _finish(context: Context, draft: SuspensionDraft) -> None:
    work = context.work
    await vouching.suspend(work, await register.person_of(work, draft.person_id), draft.words)
    fraud = [[("points_take_back", press("pointtake", draft.person_id))]] if points.are_used(work) else []
    work.reply("helper.staff_suspended", fraud, name=draft.name, for_roles=vouching.JUDGES)


SUSPEND = flows.declare(
    Flow(
        "help_suspend",
        SuspensionDraft,
        (
            sentence(
                "why",
                "helper.staff_ask_why",
                usual=REASONS,
                params=lambda _context, draft: {"name": draft.name, "for_roles": vouching.JUDGES},
            ),
        ),
        _finish,
    )
)


@entry.pressed("helpsuspend")
async def suspend(context: Context, pressed: Press, _said: Said) -> None:
    """Ask why, then let nobody wait for them any more. Raises NotYours."""
    person = await register.person_of(context.work, pressed.number())
    await flows.begin(context, SUSPEND, SuspensionDraft(person_id=person["id"], name=person["name"]))
