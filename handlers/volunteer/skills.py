"""会什么: what a helper can, one tap each; what is there already opens, to be changed or taken back."""

from handlers import entry
from handlers.context import Context
from handlers.flows import Rows
from handlers.said import Said
from storage import helpers
from storage.ledger import Row
from storage.rules.errands import Skill
from storage.rules.errors import Stale
from storage.rules.helping import Standing, standing
from storage.rules.press import Press, press
from storage.work import Button


async def show(context: Context, *, edit: int | None = None, just: str | None = None) -> None:
    """Every skill that there is; `just` is one that this very decision adds."""
    work = context.work
    rows = await helpers.skills_of(work.ledger, context.person["id"])
    held = {row["skill"] for row in rows} | {just}
    buttons: list[Button] = [
        ("helper_tick", press("skill", one.id), {"name": one.name_in(work.language), "is_on": one.code in held})
        for one in work.directory.helping.skills.values()
    ]
    ticks: Rows = [buttons[at : at + 2] for at in range(0, len(buttons), 2)]
    last: Rows = [[("helper_times", press("helpedit", "times"))], [("helper_ready", press("helpcard"))]]
    work.reply("helper.skills", [*ticks, *last], edit=edit)


@entry.pressed("skills")
async def all_skills(context: Context, _pressed: Press, said: Said) -> None:
    """The list, in the same message."""
    await helpers.mine(context.work)
    await show(context, edit=said.pressed_message)


@entry.pressed("skill")
async def tap(context: Context, pressed: Press, said: Said) -> None:
    """What is new is there at once; what is there opens. Raises Stale."""
    skill = _named(context, pressed)
    row = await _held(context, skill)
    if row is None:
        await helpers.declare(context.work, skill.code)
        await show(context, edit=said.pressed_message, just=skill.code)
    else:
        _open(context, skill, row, said)


def _open(context: Context, skill: Skill, row: Row, said: Said) -> None:
    work = context.work
    state = standing(row["verified_at"], row["expires_at"], work.now)
    other = "low" if row["fee"] == "free" else "free"
    again: Rows = [[("skill_again", press("skillagain", skill.id))]] if state is Standing.EXPIRED else []
    work.reply(
        "helper.skill",
        [
            *again,
            [("skill_low" if other == "low" else "skill_free", press("skillfee", skill.id, other))],
            [("skill_off", press("skilloff", skill.id))],
            [("back", press("skills"))],
        ],
        edit=said.pressed_message,
        skill=skill.name_in(work.language),
        standing=str(state),
        fee=row["fee"],
        until=row["expires_at"].isoformat() if row["expires_at"] is not None else None,
    )


@entry.pressed("skillfee")
async def fee(context: Context, pressed: Press, said: Said) -> None:
    """For nothing, or for little. Raises Stale."""
    skill = _named(context, pressed)
    row = await _held(context, skill)
    wanted = pressed.args[1] if len(pressed.args) > 1 else ""
    await helpers.set_fee(context.work, skill.code, wanted)
    _open(context, skill, {**(row or {}), "fee": wanted}, said)


@entry.pressed("skillagain")
async def again(context: Context, pressed: Press, said: Said) -> None:
    """Still true: it counts again, until somebody verifies it. Raises Stale."""
    skill = _named(context, pressed)
    await helpers.declare(context.work, skill.code)
    await show(context, edit=said.pressed_message)


@entry.pressed("skilloff")
async def off(context: Context, pressed: Press, said: Said) -> None:
    """Not any more. Raises Stale."""
    skill = _named(context, pressed)
    await helpers.take_skill_back(context.work, skill.code)
    context.work.reply("helper.skill_gone", [[("back", press("skills"))]], edit=said.pressed_message)


def _named(context: Context, pressed: Press) -> Skill:
    skills = context.work.directory.helping.skills.values()
    found = next((one for one in skills if one.id == pressed.number()), None)
    if found is None:
        raise Stale
    return found


async def _held(context: Context, skill: Skill) -> Row | None:
    rows = await helpers.skills_of(context.work.ledger, context.person["id"])
    return next((row for row in rows if row["skill"] == skill.code), None)
