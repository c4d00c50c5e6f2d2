"""Danger: nothing is asked before help is called; who comes, and what is told to whom, until it is over."""

import asyncio

from .film import Film

GAS = ("3栋2单元有很重的煤气味", "Strong smell of gas in building 3 unit 2")


async def play(film: Film) -> None:
    """The button, the words, the way there, and the end."""
    await _the_button(film)
    await _the_way(film)
    await _silence(film)
    await _nobody(film)


async def _the_button(film: Film) -> None:
    otto = film.town.otto
    await film.does(otto.says("/sos"))
    film.shot(
        otto, ("紧急求助", "Emergency"), ("点「紧急求助」，不用先同意", "“Emergency” is pressed; no consent is asked")
    )
    await film.says(otto, "锦绣家园3栋2单元，厨房着火了", "Jinxiu Garden building 3 unit 2, the kitchen is on fire")
    film.shot(otto, ("转给赶来的人", "Passed on"), ("接着说在哪里", "the place is told afterwards"))
    await film.does(otto.says("/sos"))
    film.shot(otto, ("已经在叫人", "Already calling"), ("又点了一次", "it is pressed once more"))
    await film.press(otto, "withdraw")
    film.shot(otto, ("不用来了", "No longer needed"), ("点「不用办了」", "“Not needed” is pressed"))
    await film.press(otto, "withdraw_mistake")
    film.shot(film.town.wei, ("不用去了", "No need to go"), ("网格员看到：误报", "the grid worker sees: a false alarm"))


async def _the_way(film: Film) -> None:
    town = film.town
    rosa, wei, li = town.rosa, town.wei, town.li
    await film.says(rosa, *GAS)
    film.shot(rosa, ("说到危险就叫人", "Words of danger call help"), ("话里有危险", "the words tell of danger"))
    film.shot(
        wei,
        ("网格员收到的", "What the grid worker gets"),
        ("同一时刻，三个人都收到", "three people, at the same moment"),
    )
    await film.press(wei, "danger_going")
    film.shot(
        rosa, ("有人赶去了", "Somebody is coming"), ("网格员点「我去处理」", "the grid worker presses “I am going”")
    )
    film.shot(li, ("别人去了", "Somebody else goes"), ("其他被叫的人看到", "what the others see"))
    await film.press(wei, "arrive")
    film.shot(rosa, ("到现场了", "On site"), ("网格员点「到场」", "the grid worker presses “On site”"))
    film.shot(wei, ("记下到场", "Noted: on site"), ("网格员看到", "what the grid worker sees"))
    await film.press(wei, "control")
    film.shot(wei, ("怎么控制的", "How it was done"), ("点「险情已控制」", "“Under control” is pressed"))
    await film.says(wei, "阀门关了，燃气公司来换管子", "The valve is shut, the gas company replaces the pipe")
    film.shot(wei, ("哪天办好", "By which day"), ("说了怎么控制的", "that was told"))
    await film.says(wei, "过几天", "soon")
    film.shot(wei, ("看不懂是哪天", "Which day?"), ("日子说得不清楚", "the day is not clear"))
    await film.press(wei, "plan_1")
    film.shot(wei, ("记下了", "Noted"), ("点了「明天」", "“Tomorrow” is pressed"))
    film.shot(rosa, ("控制住了", "Under control"), ("居民看到", "what the resident sees"))
    await film.press(wei, "finish")
    await film.press(rosa, "done_yes", "stars_5")


async def _silence(film: Film) -> None:
    vera = film.town.vera
    await film.does(vera.sends_photo())
    film.shot(vera, ("先问危险", "Danger is asked first"), ("只有一张照片", "there is only a picture"))
    await film.later(minutes=2, seconds=1)
    film.shot(vera, ("两分钟没回答", "Two minutes of silence"), ("没有回答就当有危险", "silence counts as danger"))
    await film.press(vera, "withdraw", "withdraw_mistake")


async def _nobody(film: Film) -> None:
    town, chen = film.town, film.town.chen
    called = (town.wei, town.li, town.dan, town.zhao, town.zhou, town.fang)
    await film.does(asyncio.gather(*(phone.blocks() for phone in called)))
    await film.says(chen, "3栋1单元着火了", "Fire in building 3 unit 1")
    film.shot(chen, ("叫不到人时", "When nobody can be reached"), ("所有人都联系不上", "nobody at all can be reached"))
    await film.later(minutes=3)
    film.shot(town.ada, ("一个人也叫不到", "Nobody can be reached"), ("管理员看到", "what the administrator sees"))
