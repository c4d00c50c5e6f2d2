"""First words: what nobody else was waiting for is read for its intent, and nothing said is ever lost."""

from datetime import datetime, timedelta
from typing import Any

from handlers import entry, flows, placing
from handlers.context import Context
from handlers.flows import current
from handlers.reading import Intent, Reading
from handlers.said import Said
from storage import tickets, unsure
from storage.drafts import ReportDraft, ResidentDraft
from storage.rules.press import Press, press
from storage.work import Priority

from . import home, matters, report
from .after import open_danger
from .doorstep import keyboard_for
from .draft import READER, is_danger
from .rating import RATINGS
from .short import is_room, says

STALE_AFTER = timedelta(hours=3)
"""A question that lay so long is not what somebody answers now."""
RATING_FOR = timedelta(minutes=15)
"""How long a sentence after the stars is taken for words about them."""
OWN_DANGER = frozenset({"add", "still_wrong"})
"""Flows about a ticket that raise a danger on that very ticket themselves."""


# --- ways to begin -------------------------------------------------------------------------------------------


@entry.command("report", menu="menu_report")
async def report_command(context: Context, args: list[str]) -> None:
    """/report, with or without words, and the button 报个事. What was begun before is not thrown away unasked."""
    found = current(context)
    draft = found[1] if found is not None else None
    if isinstance(draft, ReportDraft) and not draft.is_empty and not args:
        rows = [[("go_on", press("go_on"))], [("start_anew", press("anew"))]]
        context.work.reply("report.unfinished", rows, words=draft.words, files=len(draft.files))
        return
    await report.start(context, Said(text=" ".join(args)))


@entry.pressed("go_on")
async def go_on(context: Context, _press: Press, _said: Said) -> None:
    """The report that was begun goes on where it was."""
    if not await flows.resume(context):
        context.work.answer("refused.stale")


@entry.pressed("anew")
async def anew(context: Context, _press: Press, _said: Said) -> None:
    """The report that was begun is put away."""
    context.conversation.clear()
    await report.start(context, Said())


@entry.command("sos", menu="menu_sos")
async def sos(context: Context, args: list[str]) -> None:
    """紧急求助: help is called at once, with whatever is known. A second press does not call for a second danger."""
    running = await open_danger(context)
    if running is not None and not args:
        _, ticket = running
        rows = [[("danger_other", press("sos_other"))]]
        context.work.reply("danger.already", rows, priority=Priority.ALARM, number=ticket["number"])
        context.work.card(ticket["id"], context.person, is_fresh=True, priority=Priority.ALARM)
        return
    await _call(context, " ".join(args))


@entry.pressed("sos_other")
async def sos_other(context: Context, _press: Press, _said: Said) -> None:
    """Another danger than the one that is under way."""
    context.conversation.clear()
    await _call(context, "")


async def _call(context: Context, words: str) -> None:
    """A draft under way turns into the danger; else one's home is where help goes first."""
    found = current(context)
    draft = found[1] if found is not None and isinstance(found[1], ReportDraft) else ReportDraft()
    draft.danger, draft.kind, draft.is_kind_sure, draft.intent = "yes", tickets.DANGER, True, "sos"
    draft.words = f"{draft.words}\n{words}".strip()
    if not draft.has_place:
        known = _place_of(found[1] if found is not None else None)
        draft.place_id, draft.is_place_sure = known.get("place_id", context.person["home_id"]), True
    await report.send_danger(context, draft)


# --- listening -----------------------------------------------------------------------------------------------


@entry.doorstep
async def remember_question(_update: object, context: Context) -> None:
    """Whether a question about danger waited before this update."""
    context.was_unsure = context.work.is_private and unsure.waits(context.work.conversation)


@entry.farewell
async def count_the_minutes(context: Context) -> None:
    """The two minutes begin when the question is asked and end when it is settled in whatever way."""
    if context.work.is_private:
        await unsure.watch(context.work, was_waiting=context.was_unsure)


@entry.heard(12)
async def too_large(context: Context, said: Said) -> bool:
    """A huge file is refused before anything of it is fetched; the words beside it are kept."""
    if said.is_too_large:
        context.work.reply("report.too_large")
    return said.is_too_large and not said.text


@entry.heard(17)
async def put_aside(context: Context, said: Said) -> bool:
    """A question of hours ago and words of now are two matters; so are the stars and a picture that comes later."""
    found = current(context)
    if found is None or found[1].touched_at is None or not said.has_content:
        return False
    flow, draft = found
    step = flow.wanted(draft)
    is_rating = flow.name in RATINGS
    age = context.work.now - datetime.fromisoformat(draft.touched_at)
    is_old = age > (RATING_FOR if is_rating else STALE_AFTER) or (is_rating and bool(said.files))
    if not is_old or step is None or not isinstance(draft, ResidentDraft | ReportDraft):
        return False
    context.conversation.clear()
    if isinstance(draft, ReportDraft) and not draft.is_empty:
        context.work.reply("report.put_aside", words=draft.words, files=len(draft.files))
    return False


@entry.heard(18)
async def danger_first(context: Context, said: Said) -> bool:
    """Danger interrupts what else a resident is answering; what staff write about a danger is their work."""
    found = current(context)
    if found is None or isinstance(found[1], ReportDraft) or not is_danger(said.text):
        return False
    flow, draft = found
    if flow.name in OWN_DANGER or (flow.wanted(draft) is not None and not isinstance(draft, ResidentDraft)):
        return False
    await report.start(context, said, **_place_of(draft))
    return True


@entry.heard(19)
async def matter_first(context: Context, said: Said) -> bool:
    """Whoever is asked for their home and says what is the matter is heard: no word of it is taken for a room."""
    found = current(context)
    if found is None or found[0] is not home.HOME or not _is_matter(found[1], said):
        return False
    draft: home.HomeDraft = found[1]
    if context.person["consented_at"] is not None and _is_asked_room(draft):
        draft.room = placing.read(context.work.directory, said.text, draft.place_id).room
        await flows.settle(context, home.HOME, draft, "room")
    elif draft.resumes is not None:
        await flows.drop(context)
    else:
        context.conversation.clear()
        await report.start(context, said, **_place_of(draft))
        return True
    return False


def _place_of(draft: object) -> dict[str, Any]:
    """Where somebody is who is being asked for their home: at the door whose code they scanned, or as they said."""
    if not isinstance(draft, home.HomeDraft) or draft.place_id is None:
        return {}
    return {"place_id": draft.place_id, "is_place_sure": True} if draft.is_place_sure or draft.is_by_poster else {}


def _is_matter(draft: home.HomeDraft, said: Said) -> bool:
    if said.files or not said.text:
        return bool(said.files)
    reading = READER.read(said.text)
    if reading.kind is not None and reading.kind_sure:
        return True
    is_answer = (
        is_room(said.text) or says(said.text, "yes", "no") or reading.intent in (Intent.SMALLTALK, Intent.CANCEL)
    )
    return _is_asked_room(draft) and not is_answer


def _is_asked_room(draft: home.HomeDraft) -> bool:
    step = home.HOME.wanted(draft)
    return step is not None and step.name == "room"


@entry.heard(19)
async def number_meanwhile(context: Context, said: Said) -> bool:
    """The number of an own matter, said in the middle of a report: its card, and the report waits where it was."""
    found = current(context)
    if found is None or not isinstance(found[1], ReportDraft) or said.files or not said.text:
        return False
    ticket = await matters.by_number(context, said.text)
    reading = READER.read(said.text)
    if ticket is None or not (said.text.strip().isdigit() or reading.intent is Intent.STATUS):
        return False
    context.work.card(ticket["id"], context.person, is_fresh=True, priority=Priority.ANSWER)
    return True


@entry.heard(50)
async def first_words(context: Context, said: Said) -> bool:
    """By intent; what is unclear becomes a draft that asks."""
    if not said.has_content:
        return False
    reading = READER.read(said.text) if said.text and not said.files else None
    if reading is None or not await _about_earlier(context, said, reading):
        await report.start(context, said)
    return True


async def _about_earlier(context: Context, said: Said, reading: Reading) -> bool:
    """Whether the words were settled without a new report: a question about an earlier one, or a greeting."""
    if is_danger(said.text):
        return False
    if reading.intent is Intent.CANCEL and reading.intent_sure:
        return await matters.take_back(context, said)
    ticket = await matters.by_number(context, said.text)
    if ticket is not None:
        context.work.card(ticket["id"], context.person, is_fresh=True, priority=Priority.ANSWER)
        return True
    if reading.intent is Intent.STATUS:
        return await matters.status(context, said, reading)
    if reading.intent is Intent.SMALLTALK and reading.intent_sure:
        context.work.reply("welcome.smalltalk", keyboard=keyboard_for(context), name=context.person["name"])
        return True
    return False
