"""Who calls: a name, a number, and whether that is somebody the community knows already."""

from typing import Any

from pydantic import Field

from handlers.context import Context
from handlers.said import Said
from storage import filing
from storage.drafts import ReportDraft
from storage.ledger import Row
from storage.rules import phones

from .places import Picked

NAME_LIMIT = 40


class FilingDraft(ReportDraft):
    """What a caller said, and who it was. `known_id` is somebody with that number under another name."""

    at: Picked = Picked()
    known_id: int | None = None
    known_name: str | None = None
    wish: dict[str, Any] | None = None  # what neighbours shall be asked for, where that was begun already
    can_register: bool = Field(default=False, exclude=True)  # looked up when the question is asked

    def forget(self, step: str) -> None:
        """An answer that is taken back is asked for again."""
        super().forget(step)
        if step in {"who", "phone", "same"}:
            self.owner_id = None
        if step in {"who", "phone"}:
            self.caller_phone = self.known_id = self.known_name = None


async def take_who(context: Context, draft: FilingDraft, said: Said) -> bool:
    """A name, and the number where it is in the same sentence."""
    if said.choice is not None:
        return False
    phone, name = phones.find(said.text)
    draft.caller_phone = phone or draft.caller_phone
    draft.caller_name = name[:NAME_LIMIT] or draft.caller_name
    if phone is not None:
        await _look_up(context, draft)
    return draft.caller_name is not None


async def take_phone(context: Context, draft: FilingDraft, said: Said) -> bool:
    """The number, or nothing: not everybody who comes by has one."""
    if said.choice == "skip":
        return True
    draft.caller_phone = phones.normal(said.text)
    if draft.caller_phone is not None:
        await _look_up(context, draft)
    return draft.caller_phone is not None


async def _look_up(context: Context, draft: FilingDraft) -> None:
    """Somebody with that number in the community: the same person when the name is the same, else it is asked."""
    draft.owner_id = draft.known_id = draft.known_name = None
    found = await filing.known(context.work, draft.caller_phone or "")
    same = [row for row in found if row["name"] == draft.caller_name]
    if same or (found and draft.caller_name is None):
        _is_them(draft, (same or found)[0])
    elif found:
        draft.known_id, draft.known_name = found[0]["id"], found[0]["name"]


def _is_them(draft: FilingDraft, person: Row) -> None:
    draft.owner_id, draft.caller_name = person["id"], person["name"]
    if person["home_id"] is not None and draft.place_id is None:
        draft.place_id, draft.is_place_sure, draft.room = person["home_id"], True, person["room"]


async def take_same(context: Context, draft: FilingDraft, said: Said) -> bool:
    """Whether the one with that number is the one who calls."""
    if said.choice == "same":
        found = await filing.known(context.work, draft.caller_phone or "")
        for row in found:
            if row["id"] == draft.known_id:
                _is_them(draft, row)
    return said.choice in {"same", "other"}
