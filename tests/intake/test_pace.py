"""The pace: how much may be said, where, and what a clock that jumps does to it."""

from datetime import timedelta

from bot.pace import Pace, Rates
from tests.town import MONDAY


def said(pace: Pace, chat_id: int, *, seconds: float = 0, is_urgent: bool = True) -> bool:
    now = MONDAY + timedelta(seconds=seconds)
    if not pace.allows(chat_id, now, is_urgent=is_urgent):
        return False
    pace.take(chat_id, now)
    return True


def test_it_lets_a_short_burst_pass_in_a_private_chat() -> None:
    pace = Pace(Rates())
    assert [said(pace, 1) for _ in range(7)] == [True] * 5 + [False] * 2
    assert [said(pace, 1, seconds=1), said(pace, 1, seconds=1)] == [True, False]


def test_it_says_twenty_a_minute_in_a_group() -> None:
    pace = Pace(Rates())
    assert sum(said(pace, -1, seconds=second) for second in range(60)) <= 18 + 20
    assert sum(said(pace, -1, seconds=60 + second) for second in range(600)) in range(195, 205)


def test_it_says_thirty_a_second_in_all() -> None:
    pace = Pace(Rates())
    assert sum(said(pace, chat) for chat in range(1, 100)) == 29
    assert sum(said(pace, chat, seconds=1) for chat in range(100, 200)) == 29


def test_it_keeps_a_reserve_for_what_is_urgent() -> None:
    pace = Pace(Rates())
    assert sum(said(pace, chat, is_urgent=False) for chat in range(1, 100)) == 23
    assert sum(said(pace, chat) for chat in range(100, 200)) == 6


def test_it_is_silent_where_it_was_refused() -> None:
    pace = Pace(Rates())
    pace.refuse(1, MONDAY, 7)
    assert pace.waiting(MONDAY) == [1]
    assert [said(pace, 1, seconds=6.9), said(pace, 2), said(pace, 1, seconds=7)] == [False, True, True]


def test_it_is_silent_everywhere_when_three_chats_were_refused_at_once() -> None:
    pace = Pace(Rates())
    for chat in (1, 2, 3):
        pace.refuse(chat, MONDAY, 7)
    assert pace.is_paused(MONDAY)
    assert not pace.is_paused(MONDAY + timedelta(seconds=7))


def test_it_goes_on_elsewhere_when_chats_are_refused_one_after_another() -> None:
    pace = Pace(Rates())
    for second in range(5):
        pace.refuse(second, MONDAY + timedelta(seconds=2 * second), 60)
    assert not pace.is_paused(MONDAY + timedelta(seconds=8))


def test_it_is_not_silenced_by_a_clock_that_jumps_back() -> None:
    pace = Pace(Rates())
    pace.refuse(1, MONDAY, 7)
    for _ in range(5):
        said(pace, 2)
    assert said(pace, 1, seconds=-86_400)
    assert [said(pace, 2, seconds=-86_400), said(pace, 2, seconds=-86_399)] == [False, True]


def test_it_is_not_let_loose_by_a_clock_that_jumps_forward() -> None:
    pace = Pace(Rates())
    for chat in range(1, 30):
        said(pace, chat)
    assert sum(said(pace, chat, seconds=86_400) for chat in range(1, 200)) == 29


def test_it_forgets_chats_that_are_rested() -> None:
    pace = Pace(Rates())
    for chat in range(1, 20):
        said(pace, chat)
    assert pace.waiting(MONDAY + timedelta(seconds=10)) == []
    assert pace._chats == {}


def test_it_tells_when_what_is_not_urgent_has_to_wait() -> None:
    pace = Pace(Rates())
    assert not pace.is_short(MONDAY)
    assert sum(said(pace, chat, is_urgent=False) for chat in range(1, 100)) == 23
    assert pace.is_short(MONDAY)
    assert not pace.is_short(MONDAY + timedelta(seconds=0.1))
