"""First words: what nobody else was waiting for is read for its intent, and nothing said is ever lost."""

from handlers import entry
from handlers.context import Context
from handlers.flows import current
from handlers.reading import Danger, Intent
from handlers.said import Said

from . import matters, report
from .doorstep import keyboard_for
from .draft import READER, ReportDraft


@entry.command("report", menu="menu_report")
async def report_command(context: Context, args: list[str]) -> None:
    """/report, with or without words, and the button 报个事."""
    await report.start(context, Said(text=" ".join(args)))


@entry.command("sos", menu="menu_sos")
async def sos(context: Context, args: list[str]) -> None:
    """紧急求助: help is called at once, with whatever is known."""
    draft = ReportDraft(danger="yes", kind="danger", is_kind_sure=True, intent="sos", words=" ".join(args))
    draft.place_id, draft.room = context.person["home_id"], context.person["room"]
    await report.send_danger(context, draft)


@entry.heard(15)
async def next_of_album(context: Context, said: Said) -> bool:
    """The other pictures of an album belong to the draft that its first one began."""
    found = current(context)
    if said.album is None or found is None or getattr(found[1], "album", None) != said.album:
        return False
    draft: ReportDraft = found[1]
    draft.files = [*draft.files, *said.files]
    context.conversation.draft = draft.model_dump(mode="json")
    return True


@entry.heard(18)
async def danger_first(context: Context, said: Said) -> bool:
    """Danger interrupts everything else."""
    if not said.text or current(context) is None or READER.read(said.text).danger is not Danger.YES:
        return False
    found = current(context)
    if found is not None and isinstance(found[1], ReportDraft):
        return False  # that flow reads it itself, with all that is known
    await report.start(context, said)
    return True


@entry.heard(50)
async def first_words(context: Context, said: Said) -> bool:
    """By intent; what is unclear becomes a draft that asks."""
    if not said.has_content:
        return False
    reading = READER.read(said.text) if said.text else None
    if reading is None or reading.danger is not Danger.NO:
        await report.start(context, said)
    elif reading.intent is Intent.STATUS or (reading.intent is Intent.CANCEL and reading.intent_sure):
        await matters.status(context, said)
    elif reading.intent is Intent.SMALLTALK and reading.intent_sure:
        context.work.reply("welcome.smalltalk", keyboard=keyboard_for(context), name=context.person["name"])
    else:
        await report.start(context, said)
    return True
