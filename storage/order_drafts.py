"""What somebody is asking neighbours for, before it is asked: the draft that the conversation keeps."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from pydantic import Field

from .drafts import CardDraft, ResidentDraft
from .orders import Wish
from .rules.errors import NotOpen
from .rules.order_times import Span

ORDER = "order"
"""The flow that gathers a request."""

_SPOKEN = frozenset({"voice", "audio", "video", "video_note"})


class TimedDraft(ResidentDraft):
    """Something for which a time is chosen; the day is an ISO date, the times are ISO text, aware UTC."""

    day: str | None = None
    starts_at: str | None = None
    ends_at: str | None = None
    minutes: int = 30

    def keep(self, span: Span) -> None:
        """Take a time."""
        self.starts_at = span.starts_at.isoformat() if span.starts_at is not None else None
        self.ends_at = span.ends_at.isoformat()

    @property
    def span(self) -> Span | None:
        """The time that was chosen."""
        if self.ends_at is None:
            return None
        begins = datetime.fromisoformat(self.starts_at) if self.starts_at is not None else None
        return Span(begins, datetime.fromisoformat(self.ends_at))


class OrderDraft(TimedDraft, CardDraft):
    """A request to neighbours that is being put together."""

    falls_with = {"whom": ("name", "alone", "place"), "place": ("room",), "day": ("part",)}
    fields = {
        "what": ("words", "files", "album", "errand_id", "minutes"),
        "whom": ("owner_id", "owner_name", "owner_phone", "for_whom", "organisation_id", "shows_phone"),
        "name": ("for_whom",),
        "alone": ("is_vulnerable",),
        "place": ("place_id", "is_place_sure", "options", "spot"),
        "room": ("room",),
        "day": ("day", "starts_at", "ends_at"),
        "part": ("starts_at", "ends_at"),
    }

    words: str = ""
    files: list[dict[str, Any]] = []
    album: str | None = None
    is_guess: bool = False  # nobody said that somebody is wanted: it may be about something else
    errand_id: int | None = None
    is_all: bool = False  # the whole menu is shown
    asks: list[str] = []  # the questions that not everybody is asked
    owner_id: int | None = None  # an elder of the family, or whom staff write it down for; None = the one who asks
    owner_name: str | None = None
    owner_phone: str | None = None
    for_whom: str | None = None  # mother, father, or a name
    elders: list[dict[str, Any]] = []
    is_filed: bool = False  # written down by staff for `owner_id`
    caller_phone: str | None = None
    organisation_id: int | None = None  # the unit for which somebody asks
    room: str | None = None
    spot: str | None = None
    wanted: int = 1
    is_vulnerable: bool | None = None  # lives alone, or a child; None = nobody was asked
    shows_phone: bool = False

    is_late: bool = Field(default=False, exclude=True)  # the time went by while it was being put together

    @property
    def waits_for_consent(self) -> bool:
        """Staff write down what others say: it is not their own."""
        return not self.is_filed

    @property
    def says_what(self) -> bool:
        """Whether it is told what is needed, in writing or aloud; a picture alone does not say it."""
        return bool(self.words) or any(one["media"] in _SPOKEN for one in self.files)

    @property
    def is_for_other(self) -> bool:
        """Whether somebody else than the one who asks is to be helped."""
        return self.owner_id is not None or self.for_whom is not None

    @property
    def kept(self) -> Collection[str]:
        """Whom staff write it down for stays."""
        return ("owner_id", "owner_name", "owner_phone") if self.is_filed else ()

    def wish(self, me: int, owner_id: int) -> Wish:
        """What is asked for, by `me` for `owner_id`. Raises NotOpen while no time was chosen."""
        span = self.span
        if span is None:
            raise NotOpen
        return Wish(
            owner_id=owner_id,
            filed_by_id=me,
            words=self.words,
            starts_at=span.starts_at,
            ends_at=span.ends_at,
            errand_id=self.errand_id,
            place_id=self.place_id,
            room=self.room,
            spot=self.spot,
            minutes=self.minutes,
            wanted=self.wanted,
            is_vulnerable=bool(self.is_vulnerable),
            shows_phone=self.shows_phone,
            organisation_id=self.organisation_id,
            for_whom=self.for_whom,
            caller_phone=self.caller_phone,
            attachments=tuple(self.files),
        )
