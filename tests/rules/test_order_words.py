"""What a request takes from words and taps: its time, the common request that is meant, and what stays hidden."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from storage.drafts import is_flowless
from storage.rules.errand_words import meant
from storage.rules.errands import Errand
from storage.rules.order_times import (
    AN_HOUR,
    DAYS_AHEAD,
    DAYS_SHOWN,
    Part,
    Span,
    at_hour,
    days_left,
    parts_left,
    span,
    these_days,
    weekend,
)
from storage.rules.veil import HIDDEN, veiled

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)  # Monday 09:30 in Shanghai
TODAY = date(2026, 11, 23)


def local(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


# --- when ------------------------------------------------------------------------------------------------------


def test_it_makes_a_time_of_a_day_and_a_part_of_it() -> None:
    assert span(date(2026, 11, 24), Part.AFTERNOON, NOW, ZONE) == Span(local(24, 13), local(24, 18))


def test_it_begins_at_once_in_a_part_that_has_begun() -> None:
    assert span(TODAY, Part.MORNING, NOW, ZONE) == Span(None, local(23, 12))
    assert span(TODAY, Part.MORNING, local(23, 11, 31), ZONE) is None


@pytest.mark.parametrize(("hour", "left"), [(9, 4), (12, 3), (17, 3), (18, 2), (20, 2), (21, 0)])
def test_it_offers_what_is_left_of_a_day(hour: int, left: int) -> None:
    assert len(parts_left(TODAY, local(23, hour), ZONE)) == left


def test_it_offers_a_week_without_a_day_that_is_over() -> None:
    assert days_left(NOW, ZONE) == [TODAY + timedelta(days=nth) for nth in range(DAYS_SHOWN)]
    assert days_left(local(23, 21), ZONE)[0] == date(2026, 11, 24)


def test_it_keeps_an_hour_that_was_named_for_as_long_as_it_takes() -> None:
    assert at_hour(local(24, 15), 20, NOW) == Span(local(24, 15), local(24, 15) + AN_HOUR)
    assert at_hour(local(24, 15), 180, NOW) == Span(local(24, 15), local(24, 18))
    assert at_hour(local(23, 9), 20, NOW) is None


def test_it_looks_a_month_ahead_and_no_further() -> None:
    last = TODAY + timedelta(days=DAYS_AHEAD)
    assert span(last, Part.ANY, NOW, ZONE) is not None
    assert span(last + timedelta(days=1), Part.ANY, NOW, ZONE) is None
    assert at_hour(NOW + timedelta(days=DAYS_AHEAD, minutes=1), 20, NOW) is None


def test_it_lets_it_be_any_time_of_these_days() -> None:
    assert these_days(NOW, ZONE) == Span(None, local(25, 21))


@pytest.mark.parametrize(("today", "first"), [(23, 28), (28, 28), (29, 29)])
def test_it_knows_the_weekend(today: int, first: int) -> None:
    assert weekend(date(2026, 11, today)) == date(2026, 11, first)


# --- what ------------------------------------------------------------------------------------------------------


def errand(number: int, name: str, name_en: str, *aliases: str) -> Errand:
    return Errand(number, f"e{number}", name, name_en, number, "", aliases, (), 30, 1, False, False)


ERRANDS = (errand(1, "换灯泡", "Change a bulb", "灯泡", "light_bulb"), errand(2, "取快递", "Fetch a parcel", "快递"))


@pytest.mark.parametrize(
    ("words", "number"),
    [("灯泡坏了", 1), ("谁帮我取快递", 2), ("My light bulb is gone", 1), ("换灯泡，顺便拿快递", 1), ("天气不错", None)],
)
def test_it_knows_a_common_request_by_its_longest_word(words: str, number: int | None) -> None:
    found = meant(ERRANDS, words)
    assert (found.id if found else None) == number


def test_it_takes_everyday_words_for_no_name() -> None:
    assert meant(ERRANDS, "灯泡坏了", is_by_name=True) is None


def test_it_leaves_a_request_to_a_person_only_where_neighbours_cannot_be_asked() -> None:
    assert is_flowless("order", {"question"})
    assert not is_flowless("order", {"question", "order"})
    assert is_flowless("complaint", {"order"})


# --- what stays hidden -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "3栋2单元1502的灯泡坏了",
        "三栋二单元十五楼灯泡坏了",
        "灯泡坏了，1502室",
        "3-2-1502 灯泡坏了",
        "12号楼5层，灯泡坏了",
        "灯泡坏了，打我电话19912345678",
        "灯泡坏了，199 1234 5678，座机0990-5550100",
        "Bulb is gone, building 3 unit 2 room 1502",
        "Bulb is gone in flat 12b, ring +86 199 1234 5678",
    ],
)
def test_it_hides_the_door_and_the_telephone(words: str) -> None:
    shown = veiled(words)
    assert HIDDEN in shown
    assert not any(
        one in shown for one in ("1502", "1234", "5678", "3栋", "三栋", "2单元", "二单元", "12号楼", "12b", "5550100")
    )
    assert "灯泡坏了" in shown or "Bulb is gone" in shown


@pytest.mark.parametrize(
    "words", ["帮我买3斤米、2瓶油，100元以内", "明天下午3点半，20分钟就好", "搬2张桌子上5楼", "Two bags, 30 minutes"]
)
def test_it_leaves_other_numbers_alone(words: str) -> None:
    assert veiled(words) == words
