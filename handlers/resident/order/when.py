"""When neighbours are wanted: a day of the next seven, a part of it, or an hour in words. Shared with later changes."""

from datetime import date
from typing import Any

from handlers.context import Context
from handlers.flows import Rows
from handlers.reading.moment import read_day, read_moment
from handlers.resident.short import answers, says
from handlers.said import Said
from storage.order_drafts import TimedDraft
from storage.rules.order_times import Part, at_hour, days_left, parts_left, span, these_days, weekend
from storage.rules.press import press
from storage.work import Button

THESE = "these"
NAMED = 2  # today and tomorrow have their names
_WIDTH = 3


def _zone(context: Context) -> Any:
    return context.work.directory.calendar.to_local(context.work.now).tzinfo


def _today(context: Context) -> date:
    return context.work.directory.calendar.to_local(context.work.now).date()


def note(context: Context, draft: TimedDraft, text: str) -> bool:
    """Keep the time, or at least the day, that words name; whether they name one."""
    work, zone = context.work, _zone(context)
    moment = read_moment(text, work.now, zone)
    found = at_hour(moment, draft.minutes, work.now) if moment is not None else None
    if found is not None and moment is not None:
        draft.day = moment.date().isoformat()
        draft.keep(found)
        return True
    part, today = _part_in(text), _today(context)
    day = read_day(text, today) or (today if part is not None and _says(text, "today") else None)
    if day is None and _says(text, "weekend"):
        day = weekend(today)
    if day is None or not parts_left(day, work.now, zone):
        return False
    draft.day = day.isoformat()
    _keep_part(context, draft, part)
    return True


def _says(text: str, name: str) -> bool:
    """Whether one of the words that go by a name stands in a text."""
    return any(word in text.lower() for word in answers(name))


def _part_in(text: str) -> Part | None:
    return next((part for part in Part if part is not Part.ANY and _says(text, part)), None)


def _keep_part(context: Context, draft: TimedDraft, part: Part | None) -> bool:
    found = span(date.fromisoformat(draft.day), part, context.work.now, _zone(context)) if part and draft.day else None
    if found is not None:
        draft.keep(found)
    return found is not None


# --- the day -------------------------------------------------------------------------------------------------


async def take_day(context: Context, draft: TimedDraft, said: Said) -> bool:
    """A day by a tap, or whatever words say of the time."""
    if said.choice is None:
        if note(context, draft, said.text):
            return True
        part = _part_in(said.text)
        if says(said.text, "any_time"):
            return _these_days(context, draft)
        if part is None and not _says(said.text, "today"):
            return False
        draft.day = _today(context).isoformat()
        return _keep_part(context, draft, part or Part.ANY)
    if said.choice == THESE:
        return _these_days(context, draft)
    day = next((one for one in days_left(context.work.now, _zone(context)) if said.choice == f"d{one:%Y%m%d}"), None)
    draft.day = day.isoformat() if day is not None else None
    return day is not None


def _these_days(context: Context, draft: TimedDraft) -> bool:
    found = these_days(context.work.now, _zone(context))
    draft.day = found.ends_at.astimezone(_zone(context)).date().isoformat()
    draft.keep(found)
    return True


def day_choices(context: Context, _draft: TimedDraft) -> Rows:
    """Today and tomorrow on top, the other days by their weekday."""
    today = _today(context)
    near: list[Button] = []
    rest: list[Button] = []
    for one in days_left(context.work.now, _zone(context)):
        data = press("choose", f"d{one:%Y%m%d}")
        if (one - today).days < NAMED:
            near.append(("order_day", data, {"day": one.isoformat()}))
        else:
            rest.append(("order_weekday", data, {"weekday": one.weekday(), "date": one.day}))
    rows: Rows = [*([near] if near else []), *(rest[at : at + _WIDTH] for at in range(0, len(rest), _WIDTH))]
    return [*rows, [("order_these_days", press("choose", THESE))]]


# --- the part of it ------------------------------------------------------------------------------------------


def needs_part(draft: TimedDraft) -> bool:
    """Whether only the day is known."""
    return draft.day is not None and draft.ends_at is None


async def take_part(context: Context, draft: TimedDraft, said: Said) -> bool:
    """A part of the day by a tap, or an hour in words."""
    part = next((one for one in Part if one == said.choice), None)
    if part is not None:
        return _keep_part(context, draft, part)
    if not said.text or draft.day is None:
        return False
    moment = read_moment(f"{draft.day} {said.text}", context.work.now, _zone(context))
    found = at_hour(moment, draft.minutes, context.work.now) if moment is not None else None
    if found is not None:
        draft.keep(found)
        return True
    named = Part.ANY if says(said.text, "any_time") else _part_in(said.text)
    return _keep_part(context, draft, named) if named is not None else note(context, draft, said.text)


def part_choices(context: Context, draft: TimedDraft) -> Rows:
    """What is left of the day."""
    left = parts_left(date.fromisoformat(draft.day), context.work.now, _zone(context)) if draft.day else []
    buttons: list[Button] = [(f"order_part_{part}", press("choose", part)) for part in left if part is not Part.ANY]
    whole: Rows = [[("order_part_any", press("choose", Part.ANY))]] if Part.ANY in left else []
    return [*([buttons] if buttons else []), *whole]


def part_params(_context: Context, draft: TimedDraft) -> dict[str, Any]:
    """Which day it is."""
    return {"day": draft.day}
