"""A booking as a calendar file (iCalendar, RFC 5545), so that the telephone's own calendar knows of it.

Every file of a booking has the same UID; a later one has a greater SEQUENCE and so replaces what the calendar has: a
new time, or that nothing will be.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event

PRODUCT = "-//Linli//Bookings//ZH"
REMINDS_BEFORE = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a calendar shows; times are aware, `zone` is that of the community."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    zone: ZoneInfo
    made_at: datetime
    summary: str
    description: str = ""
    location: str = ""
    is_cancelled: bool = False


def calendar_file(entry: Entry) -> bytes:
    """The file; it brings its time zone along and reminds two hours before."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if entry.is_cancelled else "PUBLISH")
    calendar.add_component(_event(entry))
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _event(entry: Entry) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.made_at)
    event.add("dtstart", entry.starts_at.astimezone(entry.zone))
    event.add("dtend", entry.ends_at.astimezone(entry.zone))
    event.add("summary", entry.summary)
    event.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    for name, text in (("description", entry.description), ("location", entry.location)):
        if text:
            event.add(name, text)
    if not entry.is_cancelled:
        event.add_component(_alarm(entry.summary))
    return event


def _alarm(summary: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", summary)
    alarm.add("trigger", -REMINDS_BEFORE)
    return alarm
