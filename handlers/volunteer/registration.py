"""What a helper said of themselves, each thing one tap from being changed: when, where, what not, what is shown."""

from collections.abc import Callable
from typing import Any

from handlers import entry, flows, placing
from handlers.context import Context
from handlers.flows import Flow, Rows, Step
from handlers.said import Said
from storage import helpers, teams
from storage.drafts import ResidentDraft
from storage.helpers import MOST_WORDS
from storage.ledger import Row
from storage.rules.errors import Stale
from storage.rules.helping import TIMES, Shown, groups, standing
from storage.rules.press import Press, press
from storage.work import Button

_ESTATES = {"estate", "village"}


async def show(context: Context, *, edit: int | None = None) -> None:
    """The card of my registration. Raises Stale without one."""
    work = context.work
    helper = await helpers.mine(work)
    rows = await helpers.skills_of(work.ledger, context.person["id"])
    known = work.directory.helping
    can = [
        {"name": known.skills[row["skill"]].name_in(work.language), "standing": str(_standing(context, row))}
        for row in rows
        if row["skill"] in known.skills
    ]
    named = [known.by_code[code].name_in(work.language) for code in helper["never"] or () if code in known.by_code]
    belongs = await teams.of(work.ledger, context.person["id"])
    work.reply(
        "helper.card",
        _edits(),
        edit=edit,
        name=context.person["name"],
        is_verified=helper["verified_at"] is not None,
        is_suspended=helper["suspended_at"] is not None,
        skills=can,
        times=groups(helper["times"]),
        places=[work.directory.name(one, work.language) for one in helper["places"] or ()],
        never=named,
        about=helper["about"],
        has_photo=helper["photo"] is not None,
        shown=[str(one) for one in Shown if str(one) in (helper["shown"] or ())],
        teams=[row["name"] for row in belongs],
    )


def _standing(context: Context, row: Row) -> str:
    return standing(row["verified_at"], row["expires_at"], context.work.now)


def _edits() -> Rows:
    return [
        [("helper_skills", press("skills")), ("helper_times", press("helpedit", "times"))],
        [("helper_places", press("helpedit", "places")), ("helper_never", press("helpedit", "never"))],
        [("helper_about", press("helpsay")), ("helper_photo", press("helpphoto"))],
        [("helper_shown", press("helpedit", "shown")), ("helper_team", press("team"))],
        [("helper_list", press("helplist", 0)), ("helper_leave", press("helpleave"))],
    ]


@entry.pressed("helpcard")
async def card(context: Context, _pressed: Press, said: Said) -> None:
    """Back to the card, in the same message."""
    await show(context, edit=said.pressed_message)


# --- lists to tick -------------------------------------------------------------------------------------------


def _times(_context: Context, helper: Row) -> Rows:
    chosen = groups(helper["times"])
    one: list[Button] = [
        ("helper_time", press("helptime", name), {"group": name, "is_on": name in chosen}) for name in TIMES
    ]
    return [[("helper_any_time", press("helptime"), {"is_on": not helper["times"]})], *_by(one, 2)]


def _places(context: Context, helper: Row) -> Rows:
    directory, chosen = context.work.directory, helper["places"] or ()
    community = directory.community_of(context.person["home_id"])
    inside = sorted(directory.below(community.id)) if community is not None else []
    estates = sorted(
        (directory.places[one] for one in inside if directory.places[one].level in _ESTATES), key=lambda at: at.code
    )
    one: list[Button] = [
        ("helper_tick", press("helpplace", at.id), {"name": _name(context, at), "is_on": at.id in chosen})
        for at in estates
    ]
    return [[("helper_any_place", press("helpplace"), {"is_on": not chosen})], *_by(one, 2)]


def _name(context: Context, at: Any) -> str:
    return placing.name_of(at, context.work.language)


def _never(context: Context, helper: Row) -> Rows:
    work = context.work
    one: list[Button] = [
        (
            "helper_not",
            press("helpnever", errand.id),
            {"name": errand.name_in(work.language), "is_on": errand.code in (helper["never"] or ())},
        )
        for errand in work.directory.helping.errands.values()
    ]
    return _by(one, 2)


def _shown(_context: Context, helper: Row) -> Rows:
    return [
        [
            (
                "helper_show",
                press("helpshow", str(one)),
                {"field": str(one), "is_on": str(one) in (helper["shown"] or ())},
            )
        ]
        for one in Shown
    ]


def _by(buttons: list[Button], width: int) -> Rows:
    return [buttons[at : at + width] for at in range(0, len(buttons), width)]


_LISTS: dict[str, Callable[[Context, Row], Rows]] = {
    "times": _times,
    "places": _places,
    "never": _never,
    "shown": _shown,
}


def _tick(context: Context, what: str, helper: Row, said: Said) -> None:
    rows: Rows = [*_LISTS[what](context, helper), [("helper_ready", press("helpcard"))]]
    context.work.reply(f"helper.{what}", rows, edit=said.pressed_message)


@entry.pressed("helpedit")
async def edit_list(context: Context, pressed: Press, said: Said) -> None:
    """One of the lists, to tick. Raises Stale for no such list."""
    what = pressed.args[0] if pressed.args else ""
    if what not in _LISTS:
        raise Stale
    _tick(context, what, await helpers.mine(context.work), said)


@entry.pressed("helptime")
async def tick_time(context: Context, pressed: Press, said: Said) -> None:
    """A group of times, or any time."""
    helper = await helpers.mine(context.work)
    group = pressed.args[0] if pressed.args else None
    _tick(context, "times", helpers.toggle_time(context.work, helper, group), said)


@entry.pressed("helpplace")
async def tick_place(context: Context, pressed: Press, said: Said) -> None:
    """An estate, or the whole community."""
    helper = await helpers.mine(context.work)
    _tick(context, "places", helpers.toggle_place(context.work, helper, pressed.number()), said)


@entry.pressed("helpnever")
async def tick_errand(context: Context, pressed: Press, said: Said) -> None:
    """Not such things."""
    helper = await helpers.mine(context.work)
    _tick(context, "never", helpers.toggle_errand(context.work, helper, pressed.number()), said)


@entry.pressed("helpshow")
async def tick_shown(context: Context, pressed: Press, said: Said) -> None:
    """What neighbours may see; a telephone only where there is one."""
    work, field = context.work, pressed.args[0] if pressed.args else ""
    helper = await helpers.mine(work)
    if field == Shown.PHONE and context.person["phone"] is None:
        work.reply("helper.phone_first", [[("me_phone", press("me_phone"))]])
        return
    _tick(context, "shown", helpers.toggle_shown(work, helper, field), said)


# --- own words and a picture ---------------------------------------------------------------------------------


class SayingDraft(ResidentDraft):
    """What somebody says of themselves, or their picture."""

    words: str | None = None
    photo: str | None = None


async def _take_words(_context: Context, draft: SayingDraft, said: Said) -> bool:
    draft.words = None if said.choice == "none" else said.text[:MOST_WORDS]
    return said.choice == "none" or bool(said.text)


async def _take_photo(_context: Context, draft: SayingDraft, said: Said) -> bool:
    draft.photo = next((one["file_id"] for one in said.files if one["media"] == "photo"), None)
    return draft.photo is not None or said.choice == "none"


def _nothing(_context: Context, _draft: SayingDraft) -> Rows:
    return [[("helper_nothing", press("choose", "none"))]]


async def _keep_words(context: Context, draft: SayingDraft) -> None:
    helpers.change(context.work, await helpers.mine(context.work), about=draft.words)
    context.work.reply("helper.kept", [[("helper_me", press("help"))]])


async def _keep_photo(context: Context, draft: SayingDraft) -> None:
    helpers.change(context.work, await helpers.mine(context.work), photo=draft.photo)
    context.work.reply("helper.kept", [[("helper_me", press("help"))]])


ABOUT = flows.declare(
    Flow("help_about", SayingDraft, (Step("words", "helper.ask_about", _take_words, choices=_nothing),), _keep_words)
)
PHOTO = flows.declare(
    Flow("help_photo", SayingDraft, (Step("photo", "helper.ask_photo", _take_photo, choices=_nothing),), _keep_photo)
)


@entry.pressed("helpsay")
async def say(context: Context, _pressed: Press, _said: Said) -> None:
    """A few words of one's own. Raises Stale without a registration."""
    await helpers.mine(context.work)
    await flows.begin(context, ABOUT, SayingDraft())


@entry.pressed("helpphoto")
async def picture(context: Context, _pressed: Press, _said: Said) -> None:
    """A picture, by which those who ask know who is at the door. Raises Stale without a registration."""
    await helpers.mine(context.work)
    await flows.begin(context, PHOTO, SayingDraft())
