"""Writing a notice: words and a picture, for which place and whom, of which kind, when; then it is shown as everybody
will see it, with the number of people, and nothing goes out before the last button.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, time, timedelta
from typing import Any

from handlers import entry, flows
from handlers.context import Context
from handlers.flows import Flow, Rows, Step
from handlers.reading.moment import read_moment
from handlers.said import Said
from storage import noticeboard, notices, reach, recipients
from storage.drafts import CARD, Draft
from storage.rules.errors import NotYours
from storage.rules.notices import Audience, NoticeKind, can_be_urgent, is_official
from storage.rules.place_rights import NoticeAction, may_at
from storage.rules.press import Press, press
from storage.work import Button

from . import places
from .places import Outcome, Picked

MORNING = time(8, 30)
"""When a notice for the next morning goes out, in the community's zone."""
NOW, NEXT_MORNING, URGENT = "now", "morning", "urgent"

Take = Callable[[Context, "NoticeDraft", Said], Awaitable[bool | None]]


class NoticeDraft(Draft):
    """A notice that is being written."""

    words: str = ""
    photo: str | None = None
    album: str | None = None
    top: Picked = Picked()  # where the choice of a place begins
    at: Picked = Picked()
    audience: str = ""
    kind: str = ""
    has_receipt: bool = False
    due_at: str | None = None  # ISO time; none = as soon as it is sent
    is_urgent: bool = False
    people: int = 0
    reachable: int = 0

    def forget(self, step: str) -> None:
        """What is asked again is not known any more."""
        super().forget(step)
        match step:
            case "words":
                self.words, self.photo, self.album = "", None, None
            case "place":
                self.at = self.top.model_copy()
            case "kind" | "when":
                self.answered = [name for name in self.answered if name not in {"when", "night"}]
                self.due_at, self.is_urgent = None, False


# --- the questions -------------------------------------------------------------------------------------------


async def _take_words(_context: Context, draft: NoticeDraft, said: Said) -> bool | None:
    """Words, with one picture or without; a picture alone waits for its words."""
    photo = next((one for one in said.files if one["media"] == "photo"), None)
    if photo is not None and draft.photo is None:
        draft.photo, draft.album = photo["file_id"], said.album
    if said.choice is None and said.text:
        draft.words = said.text
    return bool(draft.words)


async def _take_place(context: Context, draft: NoticeDraft, said: Said) -> bool | None:
    outcome = places.take(context, draft.at, said, reach.places(context.work, notices.WRITERS), grids=True)
    if outcome is Outcome.DEEPER:
        await flows.begin(context, NOTICE, draft, edit=said.pressed_message)
        return None
    return outcome is Outcome.SETTLED


async def _take_audience(_context: Context, draft: NoticeDraft, said: Said) -> bool:
    draft.audience = said.choice or ""
    return draft.audience in set(Audience)


async def _take_kind(_context: Context, draft: NoticeDraft, said: Said) -> bool:
    draft.kind = said.choice or ""
    return draft.kind in set(NoticeKind)


async def _take_receipt(_context: Context, draft: NoticeDraft, said: Said) -> bool:
    draft.has_receipt = said.choice == "yes"
    return said.choice in {"yes", "no"}


async def _take_when(context: Context, draft: NoticeDraft, said: Said) -> bool:
    calendar = context.work.directory.calendar
    draft.due_at, draft.is_urgent = None, said.choice == URGENT and _may_wake(context, draft)
    if said.choice == NEXT_MORNING:
        draft.due_at = _next_morning(context).isoformat()
    elif said.choice is None:
        found = read_moment(said.text, context.work.now, calendar.zone)
        draft.due_at = found.isoformat() if found else None
        return found is not None
    return said.choice in {NOW, NEXT_MORNING} or draft.is_urgent


async def _take_night(_context: Context, draft: NoticeDraft, said: Said) -> bool:
    """Waking people takes a second button."""
    draft.is_urgent = said.choice == "wake"
    return said.choice in {"wake", "wait"}


def _next_morning(context: Context) -> datetime:
    local = context.work.directory.calendar.to_local(context.work.now)
    morning = datetime.combine(local.date(), MORNING, local.tzinfo)
    return morning if morning > local else morning + timedelta(days=1)


def _may_wake(context: Context, draft: NoticeDraft) -> bool:
    scope = context.work.directory.scope(draft.at.place_id)
    return can_be_urgent(draft.kind) and may_at(
        notices.actor(context.work), NoticeAction.AT_NIGHT, scope, context.person["id"]
    )


def _when(context: Context, draft: NoticeDraft) -> Rows:
    wake: Rows = [[("notice_urgent", press("choose", URGENT))]] if _may_wake(context, draft) else []
    return [[("notice_now", press("choose", NOW)), ("notice_morning", press("choose", NEXT_MORNING))], *wake]


def _list_of(prefix: str, names: type[Audience] | type[NoticeKind]) -> Callable[[Context, NoticeDraft], Rows]:
    def rows(_context: Context, _draft: NoticeDraft) -> Rows:
        buttons: list[Button] = [(f"{prefix}_{one}", press("choose", one)) for one in names]
        return [buttons[at : at + 2] for at in range(0, len(buttons), 2)]

    return rows


# --- the preview ---------------------------------------------------------------------------------------------


def _then_shown(name: str, take: Take) -> Take:
    """Once nothing is left to ask but the last button, show the notice as it will be, and then that button."""

    async def act(context: Context, draft: NoticeDraft, said: Said) -> bool | None:
        if said.album is not None and said.album == draft.album and "words" in draft.answered:
            return None  # more pictures of the same album: the first one goes with the words
        is_settled = await take(context, draft, said)
        if not is_settled:
            return is_settled
        draft.answered = [*(one for one in draft.answered if one != name), name]
        following = NOTICE.wanted(draft)
        if following is None or following.name != CARD:
            return True
        await _show(context, draft, said.pressed_message)
        await flows.begin(context, NOTICE, draft)
        return None

    return act


async def _show(context: Context, draft: NoticeDraft, edit: int | None) -> None:
    """As everybody will see it, buttons included, which only say here that this is a preview."""
    work, place_id = context.work, draft.at.place_id or 0
    draft.people, draft.reachable = await recipients.count(work.ledger, place_id, draft.audience, draft.kind)
    sample: dict[str, Any] = {"id": 0, "kind": draft.kind, "words": draft.words, "photo": draft.photo}
    sample |= {"place_id": place_id, "has_receipt": draft.has_receipt}
    said = noticeboard.said(work.directory, sample, work.language)
    buttons = [[(label, press("notice_sample")) for label, *_ in row] for row in said.pop("buttons")]
    work.reply("notices.preview", edit=edit)
    work.reply("notices.said", buttons, **said)


def _confirm(_context: Context, draft: NoticeDraft) -> Rows:
    send: Rows = [[("notice_send", press("choose", "send"), {"count": draft.reachable})]] if draft.reachable else []
    return [
        *send,
        [("notice_edit_words", press("choose", "words")), ("notice_edit_place", press("choose", "place"))],
        [("notice_edit_audience", press("choose", "audience")), ("notice_edit_kind", press("choose", "kind"))],
        [("notice_edit_receipt", press("choose", "receipt")), ("notice_edit_when", press("choose", "when"))],
    ]


def _about(context: Context, draft: NoticeDraft) -> Mapping[str, Any]:
    work = context.work
    asked = datetime.fromisoformat(draft.due_at) if draft.due_at else work.now
    due_at = notices.speak_at(work, asked, is_urgent=draft.is_urgent)
    return {
        "place": work.directory.name(draft.at.place_id, work.language) if draft.at.place_id else None,
        "audience": draft.audience,
        "kind": draft.kind,
        "count": draft.people,
        "missing": draft.people - draft.reachable,
        "has_receipt": draft.has_receipt,
        "is_urgent": draft.is_urgent,
        "is_official": is_official(draft.kind),
        "due_at": due_at if due_at > work.now else None,
        "is_moved": due_at > asked,
    }


async def _take_confirm(context: Context, draft: NoticeDraft, said: Said) -> bool | None:
    if said.choice in _EDITS:
        await flows.reopen(context, NOTICE, draft, said.choice or "", edit=said.pressed_message)
        return None
    return said.choice == "send" and draft.reachable > 0


_EDITS = frozenset({"words", "place", "audience", "kind", "receipt", "when"})


async def _finish(context: Context, draft: NoticeDraft) -> None:
    """Entitled at this moment still? Then it is on its way."""
    work, place_id = context.work, draft.at.place_id or 0
    notices.check(work, NoticeAction.WRITE, place_id)
    notices.create(
        work,
        author=context.person,
        place_id=place_id,
        words=draft.words,
        audience=draft.audience,
        kind=draft.kind,
        photo=draft.photo,
        has_receipt=draft.has_receipt,
        is_urgent=draft.is_urgent and _may_wake(context, draft),
        due_at=datetime.fromisoformat(draft.due_at) if draft.due_at else None,
    )
    work.reply("notices.written", edit=context.pressed_message)


def _step(name: str, prompt: str, take: Take, **others: Any) -> Step[NoticeDraft]:
    return Step(name, prompt, _then_shown(name, take), needs_consent=False, **others)


NOTICE = flows.declare(
    Flow(
        "notice",
        NoticeDraft,
        (
            _step("words", "notices.ask_words", _take_words, unclear="notices.words_unclear"),
            _step(
                "place",
                "notices.ask_place",
                _take_place,
                choices=lambda context, draft: places.rows(context, draft.at, grids=True),
                params=lambda context, draft: places.params(context, draft.at),
                unclear="admin.place_unclear",
            ),
            _step("audience", "notices.ask_audience", _take_audience, choices=_list_of("notice_to", Audience)),
            _step("kind", "notices.ask_kind", _take_kind, choices=_list_of("notice_kind", NoticeKind)),
            _step(
                "receipt",
                "notices.ask_receipt",
                _take_receipt,
                choices=lambda _context, _draft: [
                    [("notice_receipt", press("choose", "yes")), ("notice_no_receipt", press("choose", "no"))]
                ],
            ),
            _step("when", "notices.ask_when", _take_when, choices=_when, unclear="notices.when_unclear"),
            _step(
                "night",
                "notices.ask_night",
                _take_night,
                is_wanted=lambda draft: draft.is_urgent,
                choices=lambda _context, _draft: [
                    [("notice_wake", press("choose", "wake"))],
                    [("notice_wait", press("choose", "wait"))],
                ],
            ),
            Step(CARD, "notices.confirm", _take_confirm, choices=_confirm, params=_about, needs_consent=False),
        ),
        _finish,
    )
)


@entry.pressed("notice_new")
async def write(context: Context, _pressed: Press, said: Said) -> None:
    """Begin a notice."""
    work = context.work
    if not reach.holds(work, notices.WRITERS):
        raise NotYours
    top = places.begin(reach.seats(work, notices.WRITERS))
    await flows.begin(context, NOTICE, NoticeDraft(top=top, at=top.model_copy()), edit=said.pressed_message)


@entry.pressed("notice_sample")
async def sample(context: Context, _pressed: Press, _said: Said) -> None:
    """A button of the preview."""
    context.work.answer("notices.only_preview")
