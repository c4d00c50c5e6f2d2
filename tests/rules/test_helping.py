"""What helpers say of themselves: groups of times, ticks, how long a skill counts; and skills found by words."""

from datetime import UTC, datetime, timedelta

import pytest

from storage.rules.finding import Names, find_named
from storage.rules.helping import TIMES, Standing, expires_at, groups, standing, toggled, with_group
from storage.rules.matching import Bar, Candidate, Need, bar, bar_to_asking

NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
NAMES: Names = (
    ("repair", ("水电维修", "Repairs", "修水龙头", "水龙头")),
    ("phone", ("手机电脑", "Phones and computers", "教用手机")),
    ("cooking", ("做饭", "Cooking", "烧饭")),
)


def test_it_ticks_groups_of_times_and_back_to_any_time() -> None:
    chosen = with_group(None, "weekend.morning")
    assert chosen == ["sat.morning", "sun.morning"]
    both = with_group(chosen, "workday.evening")
    assert groups(both) == ["workday.evening", "weekend.morning"]
    assert with_group(with_group(both, "workday.evening"), "weekend.morning") is None
    assert {part for parts in TIMES.values() for part in parts} == {
        f"{day}.{part}"
        for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
        for part in ("morning", "afternoon", "evening")
    }


def test_it_ticks_one_thing_and_back() -> None:
    assert toggled(None, "a") == ["a"]
    assert toggled(["a", "b"], "a") == ["b"]
    assert toggled(["a"], "a") is None


@pytest.mark.parametrize(
    ("months", "until"),
    [(None, None), (1, "2026-12-23"), (2, "2027-01-23"), (13, "2027-12-23"), (24, "2028-11-23")],
)
def test_it_counts_months_by_the_calendar(months: int | None, until: str | None) -> None:
    found = expires_at(NOW, months)
    assert (found.date().isoformat() if found else None) == until


def test_it_ends_a_month_that_is_shorter_in_time() -> None:
    assert expires_at(datetime(2027, 1, 31, tzinfo=UTC), 1) == datetime(2027, 2, 28, tzinfo=UTC)


def test_it_counts_a_skill_as_what_it_is() -> None:
    assert standing(None, None, NOW) is Standing.DECLARED
    assert standing(NOW, None, NOW) is Standing.VERIFIED
    assert standing(NOW, NOW + timedelta(days=1), NOW) is Standing.VERIFIED
    assert standing(NOW, NOW, NOW) is Standing.EXPIRED


def test_it_asks_nobody_where_they_do_not_go_and_lets_them_come() -> None:
    one = Candidate(1, is_in_reach=False)
    assert bar_to_asking(Need(1), one) is Bar.UNWANTED
    assert bar(Need(1), one) is None


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("水电", "repair"),
        ("shuidian", "repair"),
        ("修水电", "repair"),
        ("水龙头坏了", "repair"),
        ("教我用手机", "phone"),
        ("cooking", "cooking"),
        ("做饭的", "cooking"),
    ],
)
def test_it_finds_a_skill_by_what_people_say(words: str, code: str) -> None:
    assert find_named(NAMES, words, "zh-CN")[:1] == [code]


@pytest.mark.parametrize("words", ["", "弹钢琴", "?!", "piano"])
def test_it_finds_nothing_where_nothing_is_meant(words: str) -> None:
    assert find_named(NAMES, words, "zh-CN") == []
