"""Family: an elder and a relative are linked with consent, speak for each other, and part at once."""

import pytest

from storage import schema
from storage.rules.press import press
from tests.town import Town

from .chat import finish, go, reports, ticket, tickets

LAMP = "3栋2单元楼道灯坏了"


async def agree(town: Town) -> None:
    """Both have consented to the privacy notice."""
    for phone in (town.rosa, town.daughter):
        await go(town, phone.starts(), phone.presses("同意，继续"))


async def link(town: Town) -> None:
    """Rosa, the elder, invites her daughter."""
    await agree(town)
    await go(town, town.rosa.presses("👤 我"), town.rosa.presses("家人"), town.rosa.presses("请家人帮我"))
    await go(town, town.rosa.presses("复制链接"))
    await go(town, town.daughter.opens(town.rosa.person.clipboard or ""), town.daughter.presses("好，我来帮"))


async def test_it_links_a_relative_whom_an_elder_invited(town: Town) -> None:
    await link(town)
    assert town.daughter.shows("您可以替 王阿姨 报事")
    assert town.rosa.shows("小王 可以替您报事")


async def test_it_links_an_elder_who_agrees_with_one_button(town: Town) -> None:
    await agree(town)
    daughter = town.daughter
    await go(town, daughter.presses("👤 我"), daughter.presses("家人"), daughter.presses("我帮老人报"))
    await go(town, daughter.presses("复制链接"))
    await go(town, town.rosa.opens(daughter.person.clipboard or ""), town.rosa.presses("✅ 同意"))
    assert daughter.shows("您可以替 王阿姨 报事")


async def test_it_links_nobody_without_consent(town: Town) -> None:
    await agree(town)
    await go(town, town.rosa.presses("👤 我"), town.rosa.presses("家人"), town.rosa.presses("请家人帮我"))
    await go(town, town.rosa.presses("复制链接"))
    await go(town, town.daughter.opens(town.rosa.person.clipboard or ""), town.daughter.presses("不用了"))
    assert await town.app.ledger.all(schema.family_link.select()) == []


async def test_it_takes_an_address_once_and_only_for_a_week(town: Town) -> None:
    await link(town)
    await go(town, town.chen.opens(town.rosa.person.clipboard or ""))
    assert town.chen.shows("已经用过了")
    await go(town, town.rosa.presses("请家人帮我"), town.rosa.presses("复制链接"))
    await town.advance(days=8)
    await go(town, town.chen.opens(town.rosa.person.clipboard or ""))
    assert town.chen.shows("过期了")


@pytest.mark.parametrize("prefix", ["s", "f"])
async def test_it_gives_no_role_and_links_nobody_to_themselves(town: Town, prefix: str) -> None:
    await agree(town)
    await go(town, town.rosa.presses("👤 我"), town.rosa.presses("家人"), town.rosa.presses("请家人帮我"))
    await go(town, town.rosa.presses("复制链接"))
    code = (town.rosa.person.clipboard or "").partition("start=f")[2]
    await go(town, town.rosa.starts(prefix + code))
    assert town.rosa.sees("您自己发出的链接") if prefix == "f" else town.rosa.sees("这个邀请不存在")


async def test_it_reports_for_the_elder_who_owns_the_matter(town: Town) -> None:
    await link(town)
    daughter = town.daughter
    await go(town, daughter.says(LAMP), daughter.presses("替别人报"), daughter.presses("王阿姨"))
    await go(town, daughter.presses("报上去"))
    assert town.rosa.shows("小王替您报的")
    assert daughter.shows("王阿姨的事")
    assert not town.wei.sees("小王")


async def test_it_goes_to_the_elders_home_when_no_place_was_said(town: Town) -> None:
    await link(town)
    rosa, daughter = town.rosa, town.daughter
    await go(town, rosa.presses("👤 我"), rosa.presses("改住处"), rosa.says("3栋2单元1502"))
    await go(town, daughter.says("我妈家漏水了"), daughter.presses("王阿姨"))
    assert "锦绣家园 3栋 2单元" in daughter.shows("请看看对不对").text
    await go(town, daughter.presses("报上去"))
    made = await ticket(town)
    assert (made["room"], made["filed_by_id"] == made["owner_id"]) == ("1502", False)


async def test_it_tells_the_relative_as_the_elder_and_lets_either_answer(town: Town) -> None:
    await link(town)
    await reports(town, town.rosa, LAMP)
    assert town.daughter.shows("王阿姨的事")
    await go(town, town.wei.presses("接单"))
    assert town.daughter.shows("小魏 已接单")
    await finish(town, town.wei)
    await go(town, town.daughter.presses("是的，办好了"), town.daughter.presses("★★★★ 满意"))
    assert (await ticket(town))["stars"] == 4
    assert town.rosa.shows("★★★★")


async def test_it_lists_the_elders_matters(town: Town) -> None:
    await link(town)
    await reports(town, town.rosa, LAMP)
    await go(town, town.daughter.presses("📋 我的事"), town.daughter.presses("楼道灯坏了"))
    assert "王阿姨的事" in town.daughter.last.text


async def test_it_shows_the_relative_nothing_confidential(town: Town) -> None:
    await link(town)
    await reports(town, town.rosa, "3栋2单元1502邻居吵架闹矛盾，要人调解")
    made = await ticket(town)
    assert made["is_confidential"]
    assert not town.daughter.sees("编号")
    await go(town, town.daughter.forges(press("open", made["id"]), town.daughter.last.id))
    await go(town, town.daughter.presses("📋 我的事"))
    assert not town.daughter.sees("吵架")


async def test_it_alarms_the_family_in_danger(town: Town) -> None:
    await link(town)
    await go(town, town.rosa.says("3栋2单元1502着火了"))
    assert town.daughter.shows("王阿姨的事")


@pytest.mark.parametrize("who", ["rosa", "daughter"])
async def test_it_ends_at_once_from_either_side(town: Town, who: str) -> None:
    await link(town)
    await reports(town, town.rosa, LAMP)
    made, phone = await ticket(town), town.rosa if who == "rosa" else town.daughter
    await go(
        town, phone.presses("👤 我"), phone.presses("家人"), phone.presses("✖ 小王" if who == "rosa" else "✖ 王阿姨")
    )
    await go(town, phone.presses("不再关联"))
    assert town.daughter.shows("您现在看不到了")
    await go(town, town.daughter.forges(press("withdraw", made["id"]), town.daughter.last.id), town.wei.presses("接单"))
    assert (await ticket(town))["state"] == "accepted"
    assert not town.daughter.sees("小魏 已接单")


async def test_it_does_not_deliver_what_was_queued_when_it_ended(town: Town) -> None:
    await link(town)
    await town.advance(hours=13)  # 22:30: news wait for the morning
    await reports(town, town.rosa, "3栋2单元厨房漏水了")
    await go(town, town.rosa.presses("👤 我"), town.rosa.presses("家人"), town.rosa.presses("✖ 小王"))
    await go(town, town.rosa.presses("不再关联"))
    await town.advance(hours=10)
    assert not town.daughter.sees("漏水")


async def test_it_ends_for_what_the_relative_wrote_down_too(town: Town) -> None:
    await link(town)
    rosa, daughter = town.rosa, town.daughter
    await go(town, daughter.says(LAMP), daughter.presses("替别人报"), daughter.presses("王阿姨"))
    await go(town, daughter.presses("报上去"), rosa.presses("👤 我"), rosa.presses("家人"), rosa.presses("✖ 小王"))
    await go(town, rosa.presses("不再关联"), town.wei.presses("接单"))
    assert rosa.shows("小魏 已接单")
    assert not daughter.sees("小魏 已接单")


async def test_it_does_not_report_for_an_elder_who_ended_it_meanwhile(town: Town) -> None:
    await link(town)
    rosa, daughter = town.rosa, town.daughter
    await go(town, daughter.says(LAMP), daughter.presses("替别人报"), daughter.presses("王阿姨"))
    await go(town, rosa.presses("👤 我"), rosa.presses("家人"), rosa.presses("✖ 小王"), rosa.presses("不再关联"))
    await go(town, daughter.presses("报上去"))
    (made,) = await tickets(town)
    assert made["owner_id"] == made["filed_by_id"]
    assert made["for_whom"] == "王阿姨"


async def test_it_links_again_after_it_ended(town: Town) -> None:
    await link(town)
    rosa = town.rosa
    await go(town, rosa.presses("👤 我"), rosa.presses("家人"), rosa.presses("✖ 小王"), rosa.presses("不再关联"))
    await go(town, rosa.presses("👤 我"), rosa.presses("家人"), rosa.presses("请家人帮我"), rosa.presses("复制链接"))
    await go(town, town.daughter.opens(rosa.person.clipboard or ""), town.daughter.presses("好，我来帮"))
    await reports(town, rosa, LAMP)
    assert town.daughter.shows("王阿姨的事")
