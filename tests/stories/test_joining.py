"""The same thing at the same place: the second is offered to join, and is told of everything too."""

import pytest

from storage import schema
from storage import tickets as stored
from storage.rules.rights import Action, Actor, may
from tests.town import Town

from .chat import finish, go, person, reports, ticket, tickets

LAMP = "3栋2单元楼道灯坏了"


async def joins(town: Town) -> None:
    """Rosa reports the lamp, and Chen joins her."""
    await reports(town, town.rosa, LAMP)
    await reports(town, town.chen, "3栋2单元楼道的灯不亮，黑漆漆的")
    await go(town, town.chen.presses("一起跟进"))


async def test_it_offers_to_join_without_showing_the_neighbours_words(town: Town) -> None:
    await reports(town, town.rosa, LAMP + "，我是王阿姨")
    await reports(town, town.chen, LAMP)
    offered = town.chen.shows("是同一件事吗").text
    assert "公共设施 · 锦绣家园 3栋 2单元" in offered
    assert "王阿姨" not in offered


async def test_it_tells_a_neighbour_who_joined_of_everything(town: Town) -> None:
    await joins(town)
    assert town.chen.shows("和邻居一起跟进")
    assert "黑漆漆" in town.wei.shows("又有一位邻居").text
    await go(town, town.wei.presses("接单"))
    assert town.chen.shows("小魏 已接单")
    await finish(town, town.wei)
    assert town.chen.shows("您跟进的编号")
    assert not any("是的" in label for label in town.chen.buttons)
    assert len(await tickets(town)) == 1


async def test_it_shows_a_neighbour_their_own_words_never_the_owners(town: Town) -> None:
    await joins(town)
    assert "黑漆漆" in town.chen.shows("编号").text
    assert not town.chen.sees(LAMP)


async def test_it_passes_what_a_neighbour_adds_to_the_worker(town: Town) -> None:
    await joins(town)
    await go(town, town.chen.says("三楼也不亮", reply_to=town.chen.shows("和邻居一起跟进")))
    assert town.wei.shows("三楼也不亮")
    assert len(await tickets(town)) == 1


async def test_it_takes_the_pictures_of_a_neighbour_along(town: Town) -> None:
    await reports(town, town.rosa, LAMP)
    await go(town, town.chen.sends_album(2, LAMP), town.chen.presses("同意，继续"), town.chen.presses("报上去"))
    await go(town, town.chen.presses("一起跟进"))
    assert town.wei.shows("2 个附件")


async def test_it_makes_another_matter_when_it_is_not_the_same(town: Town) -> None:
    await reports(town, town.rosa, LAMP)
    await reports(town, town.chen, LAMP)
    await go(town, town.chen.presses("不是同一件事"))
    assert len(await tickets(town)) == 2


async def test_it_goes_back_from_the_offer_to_the_card(town: Town) -> None:
    await reports(town, town.rosa, LAMP)
    await reports(town, town.chen, LAMP)
    await go(town, town.chen.presses("返回"), town.chen.presses("改地点"), town.chen.says("4栋1单元"))
    await go(town, town.chen.presses("报上去"))
    assert len(await tickets(town)) == 2


@pytest.mark.parametrize(
    ("first", "second", "is_offered"),
    [
        (LAMP, "3栋楼道灯坏了", True),  # the building holds the unit
        ("3栋2单元电梯坏了", "3栋电梯停了", True),
        (LAMP, "3栋2单元电梯坏了", False),  # another thing
        (LAMP, "3栋1单元楼道灯坏了", False),  # another staircase
        (LAMP, "4栋2单元楼道灯坏了", False),
        ("3栋2单元垃圾桶满了，臭得很", "3栋1单元垃圾桶满了，臭得很", True),  # the whole building smells it
    ],
)
async def test_it_knows_the_same_from_the_similar(town: Town, first: str, second: str, is_offered: bool) -> None:
    await reports(town, town.rosa, first)
    await reports(town, town.chen, second)
    assert town.chen.sees("是同一件事吗") is is_offered


@pytest.mark.parametrize("words", ["3栋2单元1502邻居吵架闹矛盾，要人调解", "3栋2单元1502厨房漏水了", "3栋2单元着火了"])
async def test_it_never_offers_what_is_private_confidential_or_a_danger(town: Town, words: str) -> None:
    await reports(town, town.rosa, words) if "着火" not in words else await go(town, town.rosa.says(words))
    await reports(town, town.chen, words) if "着火" not in words else await go(town, town.chen.says(words))
    assert not town.chen.sees("是同一件事吗")


async def test_it_offers_nothing_after_half_a_day_or_once_it_is_over(town: Town) -> None:
    await reports(town, town.rosa, LAMP)
    await town.advance(hours=13)
    await reports(town, town.chen, LAMP)
    assert not town.chen.sees("是同一件事吗")
    await go(town, town.chen.presses("不用办了"), town.chen.presses("报错了"))
    assert [row["state"] for row in await tickets(town)][-1] == "withdrawn"


async def test_it_lets_one_of_two_at_the_same_moment_join_the_other(town: Town) -> None:
    for phone in (town.rosa, town.chen):
        await go(town, phone.says(LAMP), phone.presses("同意，继续"))
    town.sim.hold_updates()
    await town.rosa.presses("报上去")
    await town.chen.presses("报上去")
    town.sim.release()
    await town.settle()
    assert len(await tickets(town)) == 1
    assert town.chen.sees("是同一件事吗") or town.rosa.sees("是同一件事吗")


async def test_it_joins_once_when_the_button_is_tapped_twice(town: Town) -> None:
    await reports(town, town.rosa, LAMP)
    await reports(town, town.chen, LAMP)
    offer = town.chen.shows("是同一件事吗")
    await town.chen.presses("一起跟进", on=offer)
    await go(town, town.chen.presses("一起跟进", on=offer))
    assert len(await town.app.ledger.all(schema.follower.select())) == 1


async def test_it_reports_by_itself_when_the_other_is_over_meanwhile(town: Town) -> None:
    await reports(town, town.rosa, LAMP)
    await reports(town, town.chen, LAMP)
    await go(town, town.rosa.presses("不用办了"), town.rosa.presses("报错了"), town.chen.presses("一起跟进"))
    assert [row["state"] for row in await tickets(town)] == ["withdrawn", "offered"]


async def test_it_lets_a_neighbour_go_on_when_the_owner_withdraws(town: Town) -> None:
    await joins(town)
    await go(town, town.rosa.presses("不用办了"), town.rosa.presses("已经解决了"))
    assert town.chen.shows("报的邻居撤回了")
    await go(town, town.chen.presses("我家还没好"), town.chen.presses("报上去"))
    assert [row["state"] for row in await tickets(town)] == ["withdrawn", "offered"]


async def test_it_counts_who_lives_close_by_as_a_neighbour(town: Town) -> None:
    await reports(town, town.rosa, LAMP)
    made = await ticket(town)
    for phone, is_near in ((town.chen, True), (town.vera, False)):
        asker = await person(town, phone)
        facts = await stored.facts(town.app.ledger, made, asker=asker)
        assert may(Actor(asker["id"]), Action.FOLLOW, facts) is is_near


async def test_it_lists_what_was_joined(town: Town) -> None:
    await joins(town)
    await go(town, town.chen.presses("📋 我的事"))
    assert any("公共设施" in label for label in town.chen.buttons)
    assert not any("楼道灯坏了" in label for label in town.chen.buttons)
    await go(town, town.chen.says("修得怎么样了"))
    assert "和邻居一起跟进" in town.chen.last.text
    assert (await ticket(town))["owner_id"]
