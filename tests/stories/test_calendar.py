"""The calendar under a message: every month is whole weeks, and only days that can be had can be pressed."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from handlers.flows import Rows
from handlers.resident.booking import calendar
from storage.work import Button

FIRST = date(2026, 11, 23)
LAST = FIRST + timedelta(days=45)


def buttons(rows: Rows) -> Iterator[Button]:
    return (button for row in rows for button in row)


def days(rows: Rows, label: str) -> list[int]:
    return [button[2]["day"] for button in buttons(rows) if button[0] == label and len(button) > 2]


def months() -> list[date]:
    return [date(year, month, 1) for year in (2026, 2027, 2028) for month in range(1, 13)]


@pytest.mark.parametrize("month", months())
def test_it_shows_every_day_of_a_month_once_under_its_weekday(month: date) -> None:
    last = calendar.first_of(month + timedelta(days=31)) - timedelta(days=1)
    free = {month + timedelta(days=number): 1 for number in range((last - month).days + 1)}
    _, names, *weeks = calendar.rows(month, free, month, last)
    assert {len(row) for row in [names, *weeks]} == {7}
    assert days(weeks, "day_free") == list(range(1, last.day + 1))
    assert weeks[0][month.weekday()][1] == f"choose:d{month}"


def test_it_lets_free_and_full_days_be_pressed_and_nothing_else() -> None:
    free = {FIRST: 3, FIRST + timedelta(days=1): 0, FIRST - timedelta(days=1): 5}
    shown = calendar.rows(date(2026, 11, 1), free, FIRST, LAST)
    assert (days(shown, "day_free"), days(shown, "day_full")) == ([23], [24])
    assert sum(button[1].startswith("choose:d") for button in buttons(shown)) == 2


def test_it_turns_no_further_than_there_is_something() -> None:
    ahead = [
        [row[0][0], row[2][0]] for month in (11, 12) if (row := calendar.rows(date(2026, month, 1), {}, FIRST, LAST)[0])
    ]
    assert ahead == [["day_none", "month_after"], ["month_before", "month_after"]]
    (before, _, after), *_ = calendar.rows(date(2027, 1, 1), {}, FIRST, LAST)
    assert (before[1], after[0]) == ("choose:m2026-12-01", "day_none")


def test_it_opens_at_the_first_free_day() -> None:
    december = date(2026, 12, 4)
    assert calendar.shown_month(None, {FIRST: 0, december: 1}, FIRST, LAST) == date(2026, 12, 1)
    assert calendar.shown_month(date(2027, 1, 5), {december: 1}, FIRST, LAST) == date(2027, 1, 1)
    assert calendar.shown_month(date(2028, 1, 1), {}, FIRST, LAST) == date(2026, 11, 1)


@pytest.mark.parametrize("choice", [None, "none", "m2026-11-01", "d2026-02-30", "dd", "d"])
def test_it_reads_no_day_from_anything_else(choice: str | None) -> None:
    assert calendar.pressed(choice, "d") is None
    assert calendar.pressed("d2026-11-24", "d") == date(2026, 11, 24)
