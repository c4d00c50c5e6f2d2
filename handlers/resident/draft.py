"""The draft of a report, and what the reader of words, the address and the home fill into it."""

from typing import Any

from handlers.context import Context
from handlers.flows import Draft
from handlers.reading import Danger, Intent, LexiconReader, Reading
from handlers.said import Said

READER = LexiconReader()
MAX_FILES = 20
FLOWLESS = {Intent.BOOK, Intent.ORDER, Intent.COMPLAINT}
"""What has no flow of its own yet becomes a ticket for the duty secretary."""


class ReportDraft(Draft):
    """A report that is being put together."""

    words: str = ""
    files: list[dict[str, Any]] = []
    intent: str = "report"
    kind: str | None = None
    is_kind_sure: bool = False
    place_id: int | None = None
    is_place_sure: bool = False
    room: str | None = None
    spot: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    danger: str = "no"  # yes, no, maybe
    is_confidential: bool = False
    is_anonymous: bool = False
    for_whom: str | None = None
    is_for_other: bool = False
    owner_id: int | None = None  # 代录: whom it is filed for
    caller_name: str | None = None
    caller_phone: str | None = None
    joins: int | None = None
    is_apart: bool = False
    album: str | None = None


def take_in(context: Context, draft: ReportDraft, said: Said) -> None:
    """Add words, files or a position to a draft and read what they say."""
    draft.files = [*draft.files, *said.files][:MAX_FILES]
    if said.latitude is not None:
        draft.latitude, draft.longitude = said.latitude, said.longitude
    if said.album is not None:
        draft.album = said.album
    if not said.text:
        if said.files and not draft.words and draft.danger == "no":
            draft.danger = "maybe"  # no words: the bot asks, and does not wait long for the answer
        return
    draft.words = f"{draft.words}\n{said.text}".strip()
    read_into(context, draft, READER.read(draft.words))


def read_into(context: Context, draft: ReportDraft, reading: Reading) -> None:
    """Fill in what the words say; what was chosen by hand stays."""
    draft.intent = str(reading.intent)
    if reading.danger is Danger.YES:
        draft.danger = "yes"
    elif draft.danger != "yes" and "danger" not in draft.answered:
        draft.danger = "maybe" if reading.danger is Danger.MAYBE else "no"
    if "kind" not in draft.answered:
        draft.kind = _kind(context, reading)
        draft.is_kind_sure = reading.kind_sure and draft.kind is not None
    draft.is_confidential = draft.is_confidential or reading.is_confidential
    draft.is_anonymous = draft.is_anonymous or reading.wants_anonymity
    draft.is_for_other = draft.is_for_other or reading.is_for_other
    draft.spot = reading.spot or draft.spot
    if "place" not in draft.answered:
        _place(context, draft, reading)


def _kind(context: Context, reading: Reading) -> str | None:
    kinds = context.work.directory.kinds
    if reading.intent in FLOWLESS:
        return "question" if "question" in kinds else None
    return reading.kind if reading.kind in kinds else None


def _place(context: Context, draft: ReportDraft, reading: Reading) -> None:
    address, home = reading.address, context.person["home_id"]
    directory = context.work.directory
    if address is not None and (address.building or address.unit):
        found = directory.find(estate=address.estate, building=address.building, unit=address.unit, near=home)
        draft.room = address.room or draft.room
        if found:
            draft.place_id, draft.is_place_sure = found[0].id, len(found) == 1
    elif draft.place_id is None and home is not None:
        draft.place_id, draft.is_place_sure = home, True
        draft.room = (address.room if address else None) or draft.room


def kind_or_question(draft: ReportDraft) -> str:
    """The kind a ticket gets: what is unclear goes to a person as a question, never to nobody."""
    if draft.kind is not None:
        return draft.kind
    return "danger" if draft.danger == "yes" else "question"
