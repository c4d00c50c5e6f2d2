"""Dates and times as people write them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.reading.moment import is_moment, read_day, read_moment

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)  # Monday 09:30 in Shanghai


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("明天 9:30", "2026-11-24 09:30"),
        ("明天上午9点", "2026-11-24 09:00"),
        ("后天下午3点半", "2026-11-25 15:30"),
        ("今天晚上八点二十分", "2026-11-23 20:20"),
        ("11月25日 15:00", "2026-11-25 15:00"),
        ("十一月二十五号下午三点", "2026-11-25 15:00"),
        ("1月3日 8:00", "2027-01-03 08:00"),
        ("2026-12-01 08:05", "2026-12-01 08:05"),
        ("10:00", "2026-11-23 10:00"),
        ("9：00", "2026-11-24 09:00"),
        ("tomorrow 9:30", "2026-11-24 09:30"),
        ("25 Nov 15:00", "2026-11-25 15:00"),
        ("today 4 pm", "2026-11-23 16:00"),
    ],
)
def test_it_reads_when(text: str, expected: str) -> None:
    found = read_moment(text, NOW, SHANGHAI)
    assert found is not None
    assert f"{found:%Y-%m-%d %H:%M}" == expected


@pytest.mark.parametrize("text", ["", "明天", "今天 9:00", "2月30日 9:00", "2026-11-22 10:00", "25:99", "马上", "月底"])
def test_it_reads_no_moment_where_none_is_named_or_it_is_over(text: str) -> None:
    assert read_moment(text, NOW, SHANGHAI) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("明天上午能来打针吗", "11-24"),
        ("大后天", "11-26"),
        ("周二", "11-24"),
        ("星期天来", "11-29"),
        ("下周二", "12-01"),
        ("礼拜一", "11-23"),
        ("next week on Thursday, please", "11-26"),
        ("12月3号", "12-03"),
        ("sometime", None),
        ("2月30日", None),
    ],
)
def test_it_reads_the_day(text: str, expected: str | None) -> None:
    found = read_day(text, NOW.astimezone(SHANGHAI).date())
    assert (f"{found:%m-%d}" if found else None) == expected


@pytest.mark.parametrize(
    "text",
    ["明天", "明天上午", "周二下午三点", "12月3号", "2026-11-25 08:30", "tomorrow morning", "next Tuesday, 3 pm"],
)
def test_it_knows_what_is_only_a_moment(text: str) -> None:
    assert is_moment(text)


@pytest.mark.parametrize(
    "text", ["", "……", "李奶奶", "周一鸣", "明天找李奶奶", "Wednesday Addams", "Sun", "On", "三楼王叔"]
)
def test_it_knows_what_is_more_than_a_moment(text: str) -> None:
    assert not is_moment(text)


@given(st.text(st.sampled_from("0123456789:-年月日号点半分今明后天上下午apm十二三 "), max_size=20))
def test_it_reads_anything_and_never_the_past(text: str) -> None:
    found = read_moment(text, NOW, SHANGHAI)
    assert found is None or found > NOW
