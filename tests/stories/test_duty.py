"""The duty roster in the chat: my shifts, the month, swaps that come about and that do not, who is paged, gaps."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from storage import schema
from storage.ids import new_id
from tests.town import Town, a_town

from .chat import go, person, reports

TURN, TIMES = "12月1日（周二） 18:00", "18:00–21:00"  # 小魏's next evening; 小赵 has the one after it
LAMP = "3栋2单元楼道灯坏了"
WATER = "3栋2单元1502家里跳闸了"


async def ask(town: Town, answer: str = "不用还") -> None:
    """小魏 asks 小赵 to take his evening."""
    wei = town.wei
    await go(town, wei.says("/duty"), wei.presses("换班"), wei.presses(TURN), wei.presses("小赵"), wei.presses(answer))


async def swap(town: Town, answer: str = "不用还") -> None:
    """And 小赵 agrees."""
    await ask(town, answer)
    await go(town, town.zhao.presses("我来值"))


async def evenings(town: Town, who: str) -> list[str]:
    """The evenings that somebody's /duty shows."""
    phone = getattr(town, who)
    await go(town, phone.says("/duty"))
    return [line.split("（")[0].removeprefix("· ") for line in phone.messages[-1].text.splitlines() if TIMES in line]


async def fall_ill(town: Town, who: str, begins_at: datetime, days: int) -> None:
    """Somebody is absent for some days."""
    row = await person(town, getattr(town, who))
    now = town.clock.now()
    values = {"id": new_id(now), "person_id": row["id"], "told_by": row["id"], "reason": "ill", "created_at": now}
    async with town.app.database.writing() as connection:
        ends_at = begins_at + timedelta(days=days)
        await connection.execute(schema.absence.insert().values(**values, begins_at=begins_at, ends_at=ends_at))


# --- looking -------------------------------------------------------------------------------------------------------


async def test_it_shows_my_shifts_of_two_weeks_and_who_is_on_duty_now(town: Town) -> None:
    await go(town, town.wei.says("/duty"))
    assert town.wei.shows("12月1日（周二） 08:30–12:00，14:00–18:00，18:00–21:00")
    assert town.wei.shows("社区值班员：丹姐、秦姐")
    assert town.wei.shows("您现在值班中")
    await town.advance(hours=10)  # 19:30: only those whose evening it is
    await go(town, town.wei.says("/tasks"), town.wei.presses("值班表"))
    assert town.wei.shows("网格员：小孙")
    assert town.wei.shows("社区值班员：丹姐")
    assert town.wei.shows("您现在不在班")


async def test_it_shows_names_to_staff_only(town: Town) -> None:
    await go(town, town.rosa.says("/duty"))
    assert not town.rosa.sees("丹姐")
    assert town.rosa.shows("不归您办")


async def test_it_shows_the_whole_month_as_a_picture_and_the_month_after(town: Town) -> None:
    wei = town.wei
    await go(town, wei.says("/duty"), wei.presses("整月值班表"))
    assert "2026年11月" in wei.messages[-1].text
    assert wei.messages[-1].body["photo"][-1]["width"] == 1080
    await go(town, wei.presses("下个月"))
    assert "2026年12月" in wei.messages[-1].text
    await go(town, wei.presses("◀ 我的值班"))
    assert wei.shows("两周内")


# --- swapping ------------------------------------------------------------------------------------------------------


async def test_it_swaps_a_shift_when_both_agree_and_tells_the_duty_secretary(any_town: Town) -> None:
    town = any_town
    await ask(town)
    assert town.zhao.shows(f"小魏 想请您值 {TURN}–21:00")
    assert await evenings(town, "wei") == ["12月1日"]
    await go(town, town.zhao.presses("我来值"))
    assert town.wei.shows("小赵 答应了")
    assert town.dan.shows("小魏 → 小赵")
    assert await evenings(town, "wei") == []
    assert await evenings(town, "zhao") == ["12月1日", "12月2日"]


async def test_it_swaps_one_shift_for_another(town: Town) -> None:
    await swap(town, "12月2日（周三） 18:00")
    assert await evenings(town, "wei") == ["12月2日"]
    assert await evenings(town, "zhao") == ["12月1日"]


async def test_it_leaves_everything_as_it_is_when_the_colleague_refuses(town: Town) -> None:
    await ask(town)
    await go(town, town.zhao.presses("不方便"))
    assert town.wei.shows("小赵 那天不方便")
    assert await evenings(town, "wei") == ["12月1日"]
    assert not town.dan.sees("换班")


async def test_it_lets_a_request_be_withdrawn_and_the_old_button_do_nothing(town: Town) -> None:
    await ask(town)
    await go(town, town.wei.presses("不换了"))
    assert town.zhao.shows("小魏 不换了")
    await go(town, town.zhao.presses("我来值"))
    assert town.zhao.alerts
    assert await evenings(town, "wei") == ["12月1日"]


async def test_it_restores_the_shifts_when_the_duty_secretary_objects(town: Town) -> None:
    await swap(town)
    await go(town, town.dan.presses("不同意这次换班"), town.dan.presses("人手不够"))
    assert town.wei.shows("这一班还是您值")
    assert town.zhao.shows("这一班不用您值")
    assert town.zhao.shows("人手不够")
    assert await evenings(town, "wei") == ["12月1日"]
    assert await evenings(town, "zhao") == ["12月2日"]


async def test_it_does_not_let_a_swap_be_objected_to_for_ever(town: Town) -> None:
    await swap(town)
    await town.advance(hours=25)
    await go(town, town.dan.presses("不同意这次换班"))
    assert town.dan.alerts
    assert await evenings(town, "zhao") == ["12月1日", "12月2日"]


async def test_it_asks_one_colleague_at_a_time_about_a_shift(town: Town) -> None:
    await ask(town)
    await go(town, town.wei.says("/duty"), town.wei.presses("换班"))
    assert TURN not in town.wei.buttons


async def test_it_lets_nobody_answer_for_somebody_else(town: Town) -> None:
    await ask(town)
    asked = town.zhao.last
    data = asked.inline_rows[0][0]["callback_data"]
    await go(town, town.li.forges(data, asked.id), town.otto.forges(data, asked.id))
    assert await evenings(town, "wei") == ["12月1日"]


async def test_it_offers_nobody_who_is_away_then(town: Town) -> None:
    await fall_ill(town, "zhao", datetime(2026, 12, 1, tzinfo=UTC), days=1)
    await go(town, town.wei.says("/duty"), town.wei.presses("换班"), town.wei.presses(TURN))
    assert "小赵" not in town.wei.buttons


# --- who is paged --------------------------------------------------------------------------------------------------


async def test_it_pages_nobody_off_duty_but_for_danger(town: Town) -> None:
    await town.advance(hours=10)  # Monday 19:30, 小孙's evening
    await reports(town, town.rosa, WATER)
    assert not town.wei.sees("跳闸")
    await go(town, town.rosa.says("3栋2单元有很重的煤气味"))
    assert town.wei.sees("煤气味")


async def test_it_pages_whose_evening_it_is(town: Town) -> None:
    await town.advance(days=8, hours=10)  # Tuesday 1 December 19:30
    await reports(town, town.rosa, WATER)
    assert town.wei.sees("跳闸")


async def test_it_pages_who_took_the_evening(any_town: Town) -> None:
    town = any_town
    await swap(town)
    await town.advance(days=8, hours=10)
    await reports(town, town.rosa, WATER)
    assert not town.wei.sees("跳闸")
    assert town.zhao.sees("跳闸")  # of the neighbouring grid, and on duty


async def test_it_asks_again_when_the_next_shift_begins(town: Town) -> None:
    await town.advance(hours=10)
    await reports(town, town.rosa, WATER)
    assert not town.wei.sees("跳闸")
    await town.advance(hours=13)  # 08:30 on Tuesday
    assert town.wei.sees("跳闸")


async def test_it_tells_a_duty_secretary_at_their_next_shift(town: Town) -> None:
    await town.advance(days=1, hours=8, minutes=20)  # Tuesday 17:50; the evening is 秦姐's, who has no chat yet
    await reports(town, town.rosa, WATER)
    await town.advance(minutes=40)
    assert not town.dan.received
    await town.advance(hours=14)
    assert town.dan.received


# --- holidays and gaps ---------------------------------------------------------------------------------------------


async def test_it_goes_by_the_weekend_roster_on_the_holidays_of_next_week(tmp_path: Path) -> None:
    """1 October 2026 is a Thursday: no evening shift, but a whole day for whoever has the week."""
    monday = datetime(2026, 9, 28, 1, 30, tzinfo=UTC)
    async with a_town(tmp_path, f"sqlite:///{tmp_path}/linli.sqlite3", at=monday) as town:
        await town.advance(days=3)  # Thursday 09:30
        await go(town, town.wei.says("/duty"))
        on_now = town.wei.messages[-1].text.partition("现在在班")[2]
        assert sum(name in on_now for name in ("小魏", "小赵", "小孙", "小钱", "小何", "小罗", "小唐", "小蔡")) == 1
        await reports(town, town.rosa, LAMP)
        assert town.wei.sees(LAMP) == ("小魏" in on_now)


GAP = "小魏 来不了"


async def test_it_tells_a_gap_a_week_ahead_once(any_town: Town) -> None:
    town = any_town
    await town.advance(seconds=1)
    await fall_ill(town, "wei", datetime(2026, 12, 1, tzinfo=UTC), days=1)
    assert not town.dan.sees(GAP)
    await town.advance(days=1)
    assert town.dan.sees(GAP)
    for _ in range(6):
        await town.advance(days=1)
    assert sum(GAP in one.text for one in town.dan.received) == 1


async def test_it_tells_a_gap_that_appears_later(town: Town) -> None:
    await town.advance(days=5)
    await fall_ill(town, "wei", datetime(2026, 12, 1, tzinfo=UTC), days=1)
    await town.advance(days=2)
    assert sum(GAP in one.text for one in town.dan.received) == 1


async def test_it_finds_somebody_for_a_gap(town: Town) -> None:
    await town.advance(seconds=1)
    await fall_ill(town, "wei", datetime(2026, 12, 1, tzinfo=UTC), days=1)
    await town.advance(days=1)
    await go(town, town.dan.presses("找人 12月1日 18:00"), town.dan.presses("小赵"))
    assert town.zhao.shows("小魏 来不了，值班员想请您值")
    await go(town, town.zhao.presses("我来值"))
    assert town.dan.shows("小赵 答应了")
    assert await evenings(town, "zhao") == ["12月1日", "12月2日"]


async def test_it_lets_the_street_look_at_the_month_of_a_community(town: Town) -> None:
    await go(town, town.fang.says("/duty"))
    await go(town, town.fang.presses("整月值班表"))
    assert "幸福里社区 2026年11月" in town.fang.last.text


async def test_it_tells_a_gap_at_once_when_somebody_falls_ill(town: Town) -> None:
    wei = town.wei
    await town.advance(seconds=1)
    await town.advance(days=7)  # Monday, the day before his evening
    await go(town, wei.says("/duty"), wei.presses("我来不了"), wei.presses("今天、明天"), wei.presses("生病"))
    await town.advance(seconds=1)
    assert town.dan.sees(GAP)
    await go(town, wei.says("/duty"))
    assert wei.shows("🌙 不在")
    assert wei.shows("您现在不在班")
