"""社区能人库: who nearby can what, by a word, a sentence or a tap on a skill."""

from collections.abc import Sequence

from handlers import entry, flows, talent_page
from handlers.context import Context
from handlers.flows import Flow, Rows, Step
from handlers.said import Said
from storage import reach, vouching
from storage import talents as register
from storage.drafts import ResidentDraft
from storage.rules.errands import Skill
from storage.rules.errors import Stale
from storage.rules.place_rights import HelperAction, roles_for
from storage.rules.press import Press, press
from storage.talents import Talent
from storage.work import Button

MOST = 8
LONGEST = 40  # characters of what is looked for
KEEPERS = roles_for(HelperAction.SEE)


class TalentDraft(ResidentDraft):
    """What is looked for."""

    words: str = ""
    is_unverified: bool = False  # staff look for whom nobody has verified

    @property
    def waits_for_consent(self) -> bool:
        """Nothing is kept of who only looks."""
        return False


async def _take(context: Context, draft: TalentDraft, said: Said) -> bool:
    skill = next((one for one in _skills(context) if f"s{one.id}" == said.choice), None)
    draft.words = skill.name_in(context.work.language) if skill is not None else said.text
    draft.is_unverified = said.choice == "new"
    return bool(draft.words) or draft.is_unverified


def _skills(context: Context) -> list[Skill]:
    return list(context.work.directory.helping.skills.values())


def _choices(context: Context, _draft: TalentDraft) -> Rows:
    buttons: list[Button] = [
        ("named", press("choose", f"s{one.id}"), {"name": one.name_in(context.work.language)})
        for one in _skills(context)
    ]
    new: Rows = [[("talent_new", press("choose", "new"))]] if reach.holds(context.work, KEEPERS) else []
    return [*new, *(buttons[at : at + 2] for at in range(0, len(buttons), 2))]


async def _finish(context: Context, draft: TalentDraft) -> None:
    if draft.is_unverified:
        found = await register.unverified(context.work)
        rows = _named(found[:MOST])
        context.work.reply("helper.staff_unverified", rows, count=len(found), for_roles=vouching.KEEPERS)
    else:
        await find(context, draft.words)


TALENT = flows.declare(
    Flow("talent", TalentDraft, (Step("words", "helper.talent_ask", _take, choices=_choices),), _finish)
)


async def find(context: Context, words: str) -> None:
    """Who can it, the best eight."""
    words = words[:LONGEST]
    found = (await register.search(context.work, words))[:MOST]
    only = vouching.KEEPERS if any(one.is_whole for one in found) else None
    context.work.reply("helper.talents" if found else "helper.talents_none", _named(found), words=words, for_roles=only)


def _named(found: Sequence[Talent]) -> Rows:
    rows: Rows = [
        [
            (
                "talent",
                press("talent", one.person_id),
                {"name": one.name, "skills": [can.name for can in one.can][:3], "is_verified": one.is_verified},
            )
        ]
        for one in found
    ]
    return [*rows, [("talent_find", press("talents"))], [("close", "close")]]


@entry.command("talent")
async def command(context: Context, args: list[str]) -> None:
    """/talent, with or without what is looked for."""
    if args:
        await find(context, " ".join(args))
    else:
        await flows.begin(context, TALENT, TalentDraft())


@entry.pressed("talents")
async def again(context: Context, _pressed: Press, _said: Said) -> None:
    """Look for something else."""
    await flows.begin(context, TALENT, TalentDraft())


@entry.pressed("talent")
async def one(context: Context, pressed: Press, _said: Said) -> None:
    """Somebody's page. Raises Stale, or NotYours for whom one may not see."""
    if pressed.number() is None:
        raise Stale
    await talent_page.show(context, pressed.number())
