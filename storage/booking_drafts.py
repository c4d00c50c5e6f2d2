"""What a resident is booking, before it is booked: the draft that the conversation keeps through a restart.

Answers hang on each other: another way means another day, another matter means everything anew. `forget` knows what
falls with what, so that "back", and a change from the card at the end, never leave half of an old answer behind.
"""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from pydantic import Field

from .bookings import Wanted
from .drafts import CARD, CardDraft, ResidentDraft
from .rules.catalogue import Service, Way

BOOK = "book"
"""The flow that gathers a booking."""
MOVE = "move"
"""The flow that gives a booking another time."""


class BookingDraft(ResidentDraft, CardDraft):
    """A booking that is being put together; dates and times are ISO text."""

    falls_with = {
        "category": ("service",),
        "service": ("same", "whom", "papers", "note", "way"),
        "same": ("whom", "papers", "note", "way"),
        "whom": ("name", "place"),
        "way": ("place", "day"),
        "place": ("room", "day"),
        "day": ("slot",),
        "slot": ("dishes", CARD),
    }
    fields = {
        "category": ("category_id", "found", "page", "is_guess"),
        "service": ("service_id", "page", "times", "last_id", "month"),
        "whom": ("owner_id", "owner_name", "for_whom"),
        "name": ("for_whom",),
        "note": ("note",),
        "way": ("way", "is_full_service"),
        "place": ("place_id", "is_place_sure", "options"),
        "room": ("room",),
        "day": ("day", "full_on"),
        "slot": ("slot", "page"),
        "dishes": ("dishes",),
        "times": ("times",),
    }

    words: str = ""
    is_lost: bool = False  # the words found nothing
    is_guess: bool = False  # nobody said that something is to be booked: it may be about something else
    category_id: int | None = None
    found: list[int] = []  # services that the words can mean
    page: int = 0
    service_id: int | None = None
    asks: list[str] = []  # the questions that this service asks besides those of all
    ways: list[Way] = []
    last_id: int | None = None  # the ticket that "the same as last time" means
    owner_id: int | None = None  # an elder of the family, or whom staff file it for; None = the one who asks
    owner_name: str | None = None
    for_whom: str | None = None  # mother, father, or a name
    said_whom: str | None = None  # whom the sentence named, until that is asked
    elders: list[dict[str, Any]] = []
    is_filed: bool = False  # written down by staff for `owner_id`
    note: str | None = None
    way: Way | None = None
    is_full_service: bool = False
    room: str | None = None
    month: str | None = None  # the month that the calendar shows, its first day
    day: str | None = None
    full_on: str | None = None  # a full day that was pressed: 候补?
    wish: str | None = None  # the day that the words named
    part: str | None = None  # morning, afternoon, evening
    slot: dict[str, Any] | None = None  # provider_id, seat, starts_at, ends_at
    hold_id: int | None = None
    dishes: list[int] = []
    times: int = 1  # so many weeks in a row
    moves_id: int | None = None  # the ticket that gets another time

    free: dict[date, int] = Field(default_factory=dict, exclude=True)  # looked up when a question is asked
    open_slots: list[Any] = Field(default_factory=list, exclude=True)
    was: dict[str, Any] = Field(default_factory=dict, exclude=True)

    @property
    def waits_for_consent(self) -> bool:
        """Staff write down what others say: it is not their own."""
        return not self.is_filed

    @property
    def has_slot(self) -> bool:
        """Whether a time has to be chosen."""
        return self.way is not None and self.way.has_slot

    @property
    def starts_at(self) -> datetime | None:
        """When the chosen time begins."""
        return datetime.fromisoformat(self.slot["starts_at"]) if self.slot else None

    def wanted(self, me: int, owner_id: int) -> Wanted:
        """What is booked, asked by `me` for `owner_id`. Raises ValueError when no way was chosen."""
        if self.service_id is None or self.way is None:
            raise ValueError("nothing was chosen yet")
        return Wanted(
            service_id=self.service_id,
            way=self.way,
            owner_id=owner_id,
            filed_by_id=me,
            words=self.words,
            place_id=self.place_id,
            room=self.room,
            note=self.note,
            for_whom=self.for_whom,
            is_full_service=self.is_full_service,
        )

    def choose(self, service: Service, *, dishes: bool = False) -> None:
        """Take a service, and know what it asks."""
        self.forget("service")
        self.service_id, self.ways = service.id, list(service.ways)
        self.way = service.ways[0] if len(service.ways) == 1 else None
        is_told = service.papers or service.needs_presence
        self.asks = [
            *(["whom"] if service.kind != "room" and not self.is_filed else []),
            *(["papers"] if is_told else []),
            *(["dishes"] if dishes else ["note"] if service.question else []),
        ]

    @property
    def kept(self) -> Collection[str]:
        """Whom staff file it for stays."""
        return ("owner_id", "owner_name") if self.is_filed else ()

    def is_inside(self, step: str) -> bool:
        """Also a full day, and words that found nothing."""
        return step in {"full", "lost"} or super().is_inside(step)

    def undo(self, step: str) -> None:
        """Back from a full day, from words that found nothing, or from a tap among the places."""
        if step == "full":
            self.full_on = None
        elif step == "lost":
            self.is_lost = False
        else:
            super().undo(step)

    def forget(self, step: str) -> None:
        """A service that goes one way only goes no other."""
        super().forget(step)
        if step == "way" and len(self.ways) == 1:
            self.way = self.ways[0]
