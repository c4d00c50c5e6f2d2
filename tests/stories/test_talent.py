"""The talent register: who can what, as far as they want to be known; skills that somebody has checked."""

from storage import helpers
from tests.town import Town

from .chat import go, person
from .lending import lends_a_hand, lives


async def an_electrician(town: Town) -> None:
    """Uncle Chen can repair things, and lets neighbours see that and his name."""
    chen = town.chen
    await lends_a_hand(town, chen)
    await go(town, chen.presses("水电维修"), chen.presses("✅ 好了"), chen.presses("给邻居看"))
    await go(town, chen.presses("▫️ 会什么"), chen.presses("▫️ 称呼"))


async def test_it_finds_who_can_by_a_sentence(town: Town) -> None:
    await an_electrician(town)
    await lives(town, town.rosa)
    await go(town, town.rosa.says("谁会修水电"))
    assert any("陈叔" in one for one in town.rosa.buttons)
    await go(town, town.rosa.presses("陈叔"))
    assert town.rosa.shows("水电维修")
    assert town.rosa.shows("电话没有公开")


async def test_it_shows_nothing_without_consent(town: Town) -> None:
    await lends_a_hand(town, town.chen)
    await go(town, town.chen.presses("水电维修"))
    await lives(town, town.rosa)
    await go(town, town.rosa.says("/talent 水电"))
    assert town.rosa.shows("没找到")
    await go(town, town.wei.says("/talent 水电"))
    assert any("陈叔" in one for one in town.wei.buttons)


async def test_it_takes_consent_back_at_once(town: Town) -> None:
    await an_electrician(town)
    await go(town, town.chen.presses("✅ 称呼"))
    await lives(town, town.rosa)
    await go(town, town.rosa.says("/talent 水电"), town.rosa.presses("热心邻居"))
    assert town.rosa.shows("一位热心邻居")
    assert not town.rosa.sees("陈叔")


async def test_it_lets_a_secretary_check_a_person_and_a_skill(town: Town) -> None:
    await an_electrician(town)
    dan = town.dan
    await go(town, dan.says("/talent 水电"), dan.presses("陈叔"), dan.presses("核实：水电维修"))
    assert town.chen.sees("社区核实了您会水电维修")
    await go(town, dan.presses("看看登记"), dan.presses("核实身份"))
    assert town.chen.sees("社区核实了您的身份")
    row = await person(town, town.chen)
    (skill,) = await helpers.skills_of(town.app.ledger, row["id"])
    assert skill["verified_at"] is not None


async def test_it_shows_a_grid_worker_all_but_lets_them_judge_nothing(town: Town) -> None:
    await an_electrician(town)
    await go(town, town.wei.says("/talent 水电"), town.wei.presses("陈叔"))
    assert town.wei.shows("还没核实")
    assert not any("暂停" in one or "核实" in one for one in town.wei.buttons)


async def test_it_says_about_a_danger_what_it_always_says(town: Town) -> None:
    await lives(town, town.rosa)
    await go(town, town.rosa.says("谁会救人，我爸倒在地上叫不醒"))
    assert town.rosa.sees("120")


async def test_it_keeps_words_and_a_picture(town: Town) -> None:
    chen = town.chen
    await lends_a_hand(town, chen)
    await go(town, chen.presses("✅ 好了"), chen.presses("💬 介绍"), chen.says("做了三十年电工"))
    await go(town, chen.presses("我的登记"), chen.presses("📷 照片"), chen.sends_photo())
    await go(town, chen.presses("我的登记"))
    assert chen.shows("做了三十年电工")
    assert chen.shows("有照片")
