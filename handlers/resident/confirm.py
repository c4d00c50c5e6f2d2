"""The one card at the end of a report: everything that was understood, each thing one tap from being changed."""

from collections.abc import Mapping
from typing import Any

from handlers.context import Context
from handlers.flows import Rows
from handlers.reading import Intent
from handlers.said import Said
from storage.drafts import ReportDraft, is_flowless, kind_or_question
from storage.rules.press import press

from .draft import READER, is_small_talk, take_in
from .short import says
from .steps import again


async def take_confirm(context: Context, draft: ReportDraft, said: Said) -> bool | None:
    """Send, or change one thing; words and pictures are added, and the card is shown again."""
    if said.choice is None:
        return await _words(context, draft, said)
    match said.choice:
        case "send":
            return True
        case "anonymous":
            draft.is_anonymous = not draft.is_anonymous
            await again(context, draft, said)
        case "kind" | "place" | "whom":
            draft.edit(said.choice)
            await again(context, draft, said)
        case _:
            return False
    return None


async def _words(context: Context, draft: ReportDraft, said: Said) -> bool | None:
    if not said.has_content:
        return False
    if not said.files:
        if says(said.text, "yes"):
            return True
        if says(said.text, "never_mind") or _takes_back(said.text):
            context.conversation.clear()
            context.work.reply("flow.cancelled", keyboard="main")
            return None
        if is_small_talk(said.text):
            return False
    take_in(context, draft, said)
    await again(context, draft, said)
    return None


def _takes_back(text: str) -> bool:
    reading = READER.read(text) if text else None
    return reading is not None and reading.intent is Intent.CANCEL and reading.intent_sure


def choices(_context: Context, draft: ReportDraft) -> Rows:
    """Send is the first and biggest button."""
    anonymous = "named_again" if draft.is_anonymous else "anonymous"
    return [
        [("report_send", press("choose", "send"))],
        [("edit_place", press("choose", "place")), ("edit_kind", press("choose", "kind"))],
        [(anonymous, press("choose", "anonymous")), ("for_whom", press("choose", "whom"))],
    ]


def params(context: Context, draft: ReportDraft) -> Mapping[str, Any]:
    """What the card says."""
    work = context.work
    kind = work.directory.kinds.get(kind_or_question(draft))
    return {
        "words": draft.words,
        "files": len(draft.files),
        "is_album": draft.album is not None,
        "kind": kind.name_in(work.language) if kind else "",
        "emoji": kind.emoji if kind else "",
        "place": work.directory.name(draft.place_id, work.language) if draft.place_id else None,
        "room": draft.room,
        "spot": draft.spot,
        "has_position": draft.latitude is not None,
        "is_anonymous": draft.is_anonymous,
        "is_confidential": draft.is_confidential or bool(kind and kind.is_confidential),
        "is_by_duty_secretary": is_flowless(draft.intent, work.directory.kinds),
        "for_whom": draft.for_whom,
        "owner": draft.owner_name,
        "caller": draft.caller_name,
    }
