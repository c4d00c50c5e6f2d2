"""What the reader of words, the address, the position and the home fill into the draft of a report."""

from handlers import placing
from handlers.context import Context
from handlers.reading import Danger, Intent, LexiconReader, Reading
from handlers.said import Said
from storage import nearby
from storage.drafts import CARD, ReportDraft, is_flowless

from .short import is_outdoors

READER = LexiconReader()
MAX_FILES = 20
MAX_WORDS = 12_000
COMPLAINT = "complaint"


def is_danger(text: str) -> bool:
    """Whether words alone say that life or property is at risk now."""
    return bool(text) and READER.read(text).danger is Danger.YES


def is_small_talk(text: str) -> bool:
    """Whether words are a greeting or thanks, and nothing to keep."""
    reading = READER.read(text)
    return reading.intent is Intent.SMALLTALK and reading.intent_sure


def is_another_matter(text: str, step: str) -> bool:
    """Whether words that answer a step of something else report a matter: surely, or, where nothing is asked any more,
    by saying what is wrong, however vaguely, and where."""
    reading = READER.read(text)
    is_sure = reading.intent_sure and reading.kind_sure
    is_vague = step == CARD and reading.kind is not None and reading.address is not None
    return reading.intent is Intent.REPORT and (is_sure or is_vague)


def take_in(context: Context, draft: ReportDraft, said: Said) -> None:
    """Add words, files or a position to a draft and read what they say."""
    draft.files = [*draft.files, *said.files][:MAX_FILES]
    if said.album is not None:
        draft.album = said.album
    if said.latitude is not None and said.longitude is not None:
        take_position(context, draft, said.latitude, said.longitude)
    if said.text:
        _take_words(context, draft, said)
    is_unclear = bool(draft.files) and (not draft.words or draft.kind is None)
    if is_unclear and said.files and draft.danger == "no" and "danger" not in draft.answered:
        draft.danger = "maybe"  # a picture without words that say what it is: the bot asks, and does not wait long


def _take_words(context: Context, draft: ReportDraft, said: Said) -> None:
    draft.words = f"{draft.words}\n{said.text}".strip()[:MAX_WORDS]
    if placing.read(context.work.directory, said.text, context.person["home_id"]).places:
        draft.answered = [name for name in draft.answered if name != "place"]  # the newest words about the place count
    read_into(context, draft, READER.read(draft.words))


def take_position(context: Context, draft: ReportDraft, latitude: float, longitude: float) -> None:
    """Keep a position, and the building that stands there."""
    draft.latitude, draft.longitude = latitude, longitude
    place = nearby.nearest(context.work.directory, latitude, longitude)
    if place is not None:
        draft.place_id, draft.is_place_sure, draft.options = place.id, True, []


def read_into(context: Context, draft: ReportDraft, reading: Reading) -> None:
    """Fill in what the words say; what was chosen by hand stays."""
    draft.intent = str(reading.intent)
    if reading.danger is Danger.YES:
        draft.danger = "yes"
    elif draft.danger != "yes" and "danger" not in draft.answered:
        draft.danger = "maybe" if reading.danger is Danger.MAYBE else "no"
    if "kind" not in draft.answered:
        draft.kind, draft.is_kind_sure = _kind(context, reading)
    draft.is_confidential = draft.is_confidential or reading.is_confidential or draft.intent == COMPLAINT
    draft.is_anonymous = draft.is_anonymous or reading.wants_anonymity
    if "whom" not in draft.answered:
        draft.is_for_other = draft.is_for_other or reading.is_for_other
    draft.spot = reading.spot or draft.spot
    if "place" not in draft.answered:
        _place(context, draft, reading)


def _kind(context: Context, reading: Reading) -> tuple[str | None, bool]:
    """What has no flow of its own yet goes to the duty secretary; nobody has to choose a kind for it."""
    kinds = context.work.directory.kinds
    if is_flowless(reading.intent, kinds) and reading.intent_sure:
        return ("question", True) if "question" in kinds else (None, False)
    if reading.kind not in kinds:
        return None, False
    return reading.kind, reading.kind_sure


def _place(context: Context, draft: ReportDraft, reading: Reading) -> None:
    home = context.person["home_id"]
    typed = placing.located(context.work.directory, reading.address, home, draft.words)
    draft.room = typed.room or draft.room
    if typed.places:
        is_one = len(typed.places) == 1
        draft.place_id, draft.is_place_sure = (typed.places[0], True) if is_one else (None, False)
        draft.options = [] if is_one else list(typed.places)
    elif draft.place_id is None and not draft.is_for_other and home is not None and not typed.has_address:
        draft.place_id, draft.is_place_sure = _around(context, home, draft.spot), True


def _around(context: Context, home: int, spot: str | None) -> int:
    """One's home; one's estate when the spot lies out of doors."""
    if spot is None or not is_outdoors(spot):
        return home
    up = context.work.directory.ancestors(home)
    return next((place.id for place in up if place.level in {"estate", "village"}), home)
