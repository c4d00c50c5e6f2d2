"""The calendar file, read by the library's parser as a telephone reads it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar, Event

from bot.ics import Entry, calendar_file

ENTRY = Entry(
    uid="booking-1@linli",
    sequence=0,
    starts_at=datetime(2026, 11, 24, 1, 30, tzinfo=UTC),
    ends_at=datetime(2026, 11, 24, 2, 0, tzinfo=UTC),
    zone=ZoneInfo("Asia/Shanghai"),
    made_at=datetime(2026, 11, 23, 1, 30, tzinfo=UTC),
    summary="办老年证；上门，带户口本",
    description="编号 123\n小魏",
    location="锦绣家园3栋，2单元",
)


def read(entry: Entry) -> tuple[Calendar, Event]:
    calendar = Calendar.from_ical(calendar_file(entry))
    (event,) = calendar.events
    return calendar, event


def test_it_says_what_when_and_where() -> None:
    _, event = read(ENTRY)
    assert (str(event["summary"]), str(event["location"])) == (ENTRY.summary, ENTRY.location)
    assert str(event["description"]) == ENTRY.description
    assert (event.start, event.end) == (ENTRY.starts_at, ENTRY.ends_at)
    assert str(event["status"]) == "CONFIRMED"


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Europe/Berlin"])
def test_it_brings_its_time_zone_along(zone: str) -> None:
    calendar, event = read(replace(ENTRY, zone=ZoneInfo(zone)))
    assert [str(one["tzid"]) for one in calendar.walk("VTIMEZONE")] == [zone]
    assert event["dtstart"].params["TZID"] == zone
    assert event.start == ENTRY.starts_at


def test_it_reminds_two_hours_before() -> None:
    _, event = read(ENTRY)
    (alarm,) = event.alarms.times
    assert alarm.trigger == ENTRY.starts_at - timedelta(hours=2)


def test_it_replaces_what_the_calendar_has() -> None:
    _, first = read(ENTRY)
    _, moved = read(replace(ENTRY, sequence=1, starts_at=ENTRY.starts_at + timedelta(days=1)))
    calendar, gone = read(replace(ENTRY, sequence=2, is_cancelled=True))
    assert {str(one["uid"]) for one in (first, moved, gone)} == {ENTRY.uid}
    assert [one.sequence for one in (first, moved, gone)] == [0, 1, 2]
    assert (str(calendar["method"]), str(gone["status"]), gone.walk("VALARM")) == ("CANCEL", "CANCELLED", [])
