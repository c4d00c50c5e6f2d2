"""What somebody is saying, before it is a ticket: the drafts that conversations keep, and how one becomes a ticket.

A draft stands in the conversation's row, so that it survives a restart and so that the clock can take it up when a
question about danger is not answered.
"""

import re
from collections.abc import Collection, Mapping
from typing import Any, ClassVar, Self

from pydantic import BaseModel

from . import tickets
from .ledger import Row

CARD = "confirm"
"""The last step of what ends with a card: nothing is asked any more but whether it is right."""
REPORT = "report"
"""The flow that gathers a report."""

FLOWLESS = frozenset({"book", "complaint"})
"""What has no flow of its own, and a booking that no service fits, becomes a ticket for the duty secretary."""

IN_THE_FLAT = frozenset({"utilities", "care", "dispute", tickets.DANGER})
"""Kinds for which the room matters even where nobody said it; a lamp on the stairs is in nobody's room."""

_WHOLE_HOUSE = re.compile(
    r"停[水电气暖]|没[水电气暖]|断[水电气]|(?:no|without) (?:water|power|gas|heating)|outage|blackout", re.IGNORECASE
)


def is_flowless(intent: str, kinds: Collection[str]) -> bool:
    """Whether a person has to arrange it; a hand is asked of neighbours where the import has the kind for that."""
    return intent in FLOWLESS or (intent == "order" and "order" not in kinds)


class Draft(BaseModel):
    """What a flow has gathered so far; `answered` are the steps that are settled, in order.

    `token` stands in every button of the flow, so that a button of an earlier round does nothing in a later one.
    """

    model: ClassVar[int] = 1
    answered: list[str] = []
    token: str = ""
    touched_at: str | None = None  # ISO time of the last word
    resumes: dict[str, Any] | None = None  # the conversation that waits behind this one: flow, step, draft

    @property
    def waits_for_consent(self) -> bool:
        """Whether who has not agreed to the notice on privacy is asked to first."""
        return True

    def can_retreat(self, _step: str) -> bool:
        """Whether "back" leads somewhere inside the question that waits."""
        return False

    def retreat(self, _step: str) -> None:
        """Go back inside the question that waits."""

    def forget(self, step: str) -> None:
        """Take an answer back, so that its step is wanted again."""
        self.answered = [name for name in self.answered if name != step]


class ResidentDraft(Draft):
    """Something a resident is asked; unlike the work of staff, a danger interrupts it, and hours later it is over."""


class CardDraft(Draft):
    """What ends with a card, from which one thing after the other can be asked again; most of it has a place.

    `fields` are what the answer of a step fills, `falls_with` the steps whose answers fall with one.
    """

    fields: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    falls_with: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    place_id: int | None = None
    is_place_sure: bool = False
    options: list[int] = []  # the places an address can mean
    before: dict[str, Any] | None = None  # the draft as it stood on the card, while one thing of it is changed

    @property
    def kept(self) -> Collection[str]:
        """Fields that nobody was asked for: they stay when an answer is taken back."""
        return ()

    def edit(self, step: str) -> Self:
        """Ask one thing again from the card; "back" leads to the card as it was."""
        before = self.model_dump(mode="json", exclude={"before", "resumes"})
        self.forget(step)
        self.before = before
        return self

    def is_inside(self, step: str) -> bool:
        """Whether something was tapped inside the question that waits, such as an estate among the places."""
        return step == "place" and (self.place_id is not None or bool(self.options))

    def undo(self, _step: str) -> None:
        """Take the last such tap back."""
        self.place_id, self.options = None, []

    def can_retreat(self, step: str) -> bool:
        """From a tap inside the question, and from an edit to the card."""
        return self.is_inside(step) or self.before is not None

    def retreat(self, step: str) -> None:
        """Undo the last tap inside the question, or the whole edit."""
        if self.is_inside(step):
            self.undo(step)
        elif self.before is not None:
            was = type(self).model_validate(self.before)
            for name in type(self).model_fields:
                if name != "resumes":
                    setattr(self, name, getattr(was, name))

    def forget(self, step: str) -> None:
        """Take an answer back, and what hangs on it."""
        super().forget(step)
        for name in self.fields.get(step, ()):
            if name not in self.kept:
                setattr(self, name, type(self).model_fields[name].get_default(call_default_factory=True))
        for other in self.falls_with.get(step, ()):
            self.forget(other)


class ReportDraft(CardDraft):
    """A report that is being put together."""

    words: str = ""
    files: list[dict[str, Any]] = []
    intent: str = "report"
    kind: str | None = None
    is_kind_sure: bool = False
    taps: list[int] = []  # the places that were tapped on the way down
    room: str | None = None
    spot: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    danger: str = "no"  # yes, no, maybe
    is_confidential: bool = False
    is_anonymous: bool = False
    for_whom: str | None = None
    is_for_other: bool = False
    owner_id: int | None = None  # whom it is filed for: 代录, or an elder of the family
    owner_name: str | None = None
    elders: list[dict[str, Any]] = []  # whom the one who asks may speak for: id and name
    caller_name: str | None = None
    caller_phone: str | None = None
    joins: int | None = None
    same: dict[str, Any] = {}  # what the one who asks is told of it
    is_apart: bool = False
    album: str | None = None
    group: dict[str, Any] | None = None  # where it was said: `group_cards.adopt`

    @property
    def is_empty(self) -> bool:
        """Whether nothing was said yet."""
        return not (self.words or self.files or self.latitude is not None)

    @property
    def has_place(self) -> bool:
        """Whether a responder would know where to go first."""
        return self.place_id is not None and self.is_place_sure

    def is_inside(self, step: str) -> bool:
        """The neighbour's matter that it may be is looked at before the card."""
        return step == "join" or super().is_inside(step)

    def undo(self, step: str) -> None:
        """Back from the neighbour's matter, or one tap up among the places."""
        if step == "join":
            self.joins = None
            self.forget(CARD)
        else:
            self.taps = self.taps[:-1]
            self.place_id, self.options = (self.taps[-1] if self.taps else None), []

    def forget(self, step: str) -> None:
        """An answer that is taken back is no longer sure."""
        super().forget(step)
        match step:
            case "kind":
                self.is_kind_sure = False
            case "place":
                self.place_id, self.is_place_sure, self.options, self.room = None, False, [], None
                self.taps = []
                self.spot = self.latitude = self.longitude = None
            case "whom":
                self.is_for_other, self.for_whom, self.owner_id, self.owner_name = True, None, None, None
            case "danger":
                self.danger = "maybe"
            case "words":
                self.words, self.files = "", []


class AfterDraft(Draft):
    """What follows a ticket that was just made: later pictures of its album, and later words about a danger."""

    ticket_id: int
    album: str | None = None
    is_danger: bool = False
    is_place_guess: bool = False  # the words fit several places, and nobody waits for an answer
    until: str = ""  # ISO time; after it, words begin something new


def kind_or_question(draft: ReportDraft) -> str:
    """The kind a ticket gets: what is unclear goes to a person as a question, never to nobody."""
    if draft.kind is not None:
        return draft.kind
    return tickets.DANGER if draft.danger == "yes" else "question"


def as_asked(draft: ReportDraft, asker: Row, owner: Row) -> tickets.Asked:
    """The draft as `tickets.create` wants it, said by `asker` for `owner` (often the same person)."""
    return tickets.Asked(
        owner_id=owner["id"],
        filed_by_id=asker["id"],
        kind=kind_or_question(draft),
        intent=draft.intent,
        words=draft.words,
        place_id=draft.place_id,
        room=draft.room or _home_room(draft, owner),
        spot=draft.spot,
        latitude=draft.latitude,
        longitude=draft.longitude,
        for_whom=draft.for_whom,
        caller_phone=draft.caller_phone,
        is_danger=draft.danger == "yes",
        is_confidential=draft.is_confidential,
        is_anonymous=draft.is_anonymous,
        attachments=tuple(draft.files),
    )


def _home_room(draft: ReportDraft, owner: Row) -> str | None:
    is_home = draft.place_id is not None and draft.place_id == owner["home_id"]
    is_inside = kind_or_question(draft) in IN_THE_FLAT and not is_whole_house(draft.words)
    return str(owner["room"]) if is_home and is_inside and owner["room"] else None


def is_whole_house(words: str) -> bool:
    """Whether the words tell of something that the whole building feels: no water, no power."""
    return _WHOLE_HOUSE.search(words) is not None
