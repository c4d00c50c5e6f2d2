"""Where somebody lives: by the code on the poster, or in three taps; then the room, if they like. It gives no role."""

from typing import Any

from handlers import flows, placing
from handlers.context import Context
from handlers.flows import Flow, Rows, Step
from handlers.said import Said
from storage import joining, people
from storage.drafts import ResidentDraft
from storage.rules.press import press

from .short import is_room, says


class HomeDraft(ResidentDraft):
    """A home that is being noted."""

    place_id: int | None = None
    is_place_sure: bool = False
    is_by_poster: bool = False
    options: list[int] = []
    room: str | None = None

    def can_retreat(self, step: str) -> bool:
        """One tap back among the places."""
        return step == "place" and (self.place_id is not None or bool(self.options))

    def retreat(self, _step: str) -> None:
        """Back to the estates."""
        self.place_id, self.options = None, []

    def forget(self, step: str) -> None:
        """An answer that is taken back is no longer sure."""
        super().forget(step)
        if step in {"place", "here"}:
            self.is_place_sure = False


async def by_poster(context: Context, code: str) -> bool:
    """Ask whether one lives where the poster hangs; False when its code is unknown or was withdrawn."""
    work = context.work
    poster = await joining.poster(work, code)
    if poster is None or poster["place_id"] not in work.directory.places:
        return False
    await flows.begin(context, HOME, HomeDraft(place_id=poster["place_id"], is_by_poster=True))
    return True


async def choose(context: Context) -> None:
    """Ask for one's home from the beginning."""
    await flows.begin(context, HOME, HomeDraft())


async def _take_here(_context: Context, draft: HomeDraft, said: Said) -> bool:
    if said.choice == "yes" or says(said.text, "yes"):
        draft.is_place_sure = True
        return True
    if said.choice == "no" or says(said.text, "no"):
        draft.is_by_poster, draft.place_id = False, None
        return True
    return False


def _here(_context: Context, _draft: HomeDraft) -> Rows:
    return [[("home_yes", press("choose", "yes"))], [("home_no", press("choose", "no"))]]


def _place(context: Context, draft: HomeDraft) -> dict[str, Any]:
    work, known = context.work, context.person["home_id"]
    return {
        "place": work.directory.name(draft.place_id, work.language) if draft.place_id else None,
        "known": work.directory.name(known, work.language) if known is not None else None,
        "is_same": known is not None and known == draft.place_id,
    }


async def _take_place(context: Context, draft: HomeDraft, said: Said) -> bool | None:
    directory = context.work.directory
    if said.choice == "elsewhere":
        draft.place_id, draft.is_place_sure = None, True
        draft.answered.append("room")
        return True
    if said.choice == "here" and draft.place_id is not None:
        draft.is_place_sure = True
        return True
    if said.choice is None:
        typed = placing.read(directory, said.text, None)
        draft.room = typed.room
        draft.place_id, draft.options = (typed.places[0], []) if len(typed.places) == 1 else (None, [*typed.places])
        draft.is_place_sure = draft.place_id is not None
        if draft.room and draft.is_place_sure:
            draft.answered.append("room")
    else:
        place = placing.pressed(directory, said.choice)
        if place is None:
            return False
        draft.is_place_sure = place.id in draft.options or not placing.below(directory, place.id)
        draft.place_id, draft.options = place.id, []
    if draft.is_place_sure:
        return True
    if draft.place_id is None and not draft.options:
        return False
    await flows.begin(context, HOME, draft, edit=said.pressed_message)
    return None


def _places(context: Context, draft: HomeDraft) -> Rows:
    work = context.work
    rows = placing.rows(work.directory, work.language, draft.place_id, draft.options)
    return [*rows, [("home_elsewhere", press("choose", "elsewhere"))]]


async def _take_room(context: Context, draft: HomeDraft, said: Said) -> bool:
    if said.choice == "skip" or says(said.text, "no"):
        draft.room = None
        return True
    if not is_room(said.text):
        return False
    typed = placing.read(context.work.directory, said.text, draft.place_id)
    draft.room = typed.room or said.text.removesuffix("室").removesuffix("号").strip()
    return True


def _skip(_context: Context, _draft: HomeDraft) -> Rows:
    return [[("room_skip", press("choose", "skip"))]]


async def _finish(context: Context, draft: HomeDraft) -> None:
    """Note the home; what waited meanwhile goes on, with the place filled in where it was missing."""
    work = context.work
    work.person = people.change(work, context.person, home_id=draft.place_id, room=draft.room)
    if draft.place_id is None:
        work.reply("welcome.home_open", keyboard="main")
    else:
        place = work.directory.name(draft.place_id, work.language)
        work.reply("welcome.home_kept", keyboard="main", place=place, room=draft.room)
    waiting = draft.resumes["draft"] if draft.resumes is not None else {}
    if draft.place_id is not None and waiting.get("place_id", 0) is None:
        waiting |= {"place_id": draft.place_id, "is_place_sure": True}


HOME = flows.declare(
    Flow(
        "home",
        HomeDraft,
        (
            Step(
                "here",
                "welcome.home_ask",
                _take_here,
                lambda draft: draft.is_by_poster,
                _here,
                params=_place,
                unclear="welcome.home_ask",
                needs_consent=False,
            ),
            Step(
                "place",
                "welcome.home_choose",
                _take_place,
                lambda draft: not draft.is_place_sure,
                _places,
                params=_place,
                unclear="report.place_unclear",
            ),
            Step(
                "room",
                "welcome.room_ask",
                _take_room,
                lambda draft: draft.place_id is not None,
                _skip,
                params=_place,
                unclear="welcome.room_ask",
            ),
        ),
        _finish,
    )
)
