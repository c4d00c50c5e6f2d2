"""From the offer to the stars: the grid worker's phone and the resident's, side by side."""

from .film import Film
from .reporting import LAMP

NOISE = ("3栋2单元楼上半夜装修太吵", "Building 3 unit 2: noise of renovation upstairs at midnight")


async def play(film: Film) -> None:
    """The good way, the way back, and silence."""
    await film.agrees(film.town.rosa, film.town.chen)
    await _taken(film)
    await _done(film)
    await _not_yet(film)
    await _silence(film)
    await _other_hands(film)


async def report(film: Film, words: tuple[str, str]) -> None:
    """王阿姨 reports something that leaves no question open."""
    await film.says(film.town.rosa, *words)
    await film.press(film.town.rosa, "report_send")


async def _taken(film: Film) -> None:
    rosa, chen, wei = film.town.rosa, film.town.chen, film.town.wei
    await report(film, LAMP)
    film.shot(wei, ("来了一件事", "A new matter"), ("按规则先问这位网格员", "the rules ask this grid worker first"))
    await film.says(chen, *LAMP)
    await film.press(chen, "report_send", "join")
    film.shot(wei, ("又有邻居报", "One more neighbour"), ("邻居一起跟进", "a neighbour joins"))
    await film.press(wei, "accept")
    film.shot(rosa, ("有人接了", "Somebody has taken it"), ("网格员点「接单」", "“Accept” is pressed"))
    film.shot(wei, ("接到手里", "In hand"), ("网格员看到", "what the grid worker sees"))
    await film.press(wei, "more")
    film.shot(wei, ("还能做什么", "What else"), ("点「更多」", "“More” is pressed"))
    await film.press(wei, "ask")
    film.shot(wei, ("问居民什么", "What to ask"), ("点「问居民」", "“Ask the resident” is pressed"))
    await film.says(wei, "是几楼的灯？", "Which floor is it?")
    film.shot(rosa, ("网格员来问", "A question"), ("网格员问了一句", "the grid worker asks something"))
    film.shot(wei, ("已经问了", "It was asked"), ("网格员看到", "what the grid worker sees"))
    await film.press(rosa, "answer")
    film.shot(rosa, ("回答", "The answer"), ("点「回答」", "“Answer” is pressed"))
    await film.says(rosa, "三楼", "the third")
    film.shot(rosa, ("答完了", "Answered"), ("说了一句", "it is said"))
    film.shot(wei, ("居民回答了", "The resident answered"), ("网格员看到", "what the grid worker sees"))
    await film.press(wei, "more", "progress")
    film.shot(wei, ("报进展", "Progress"), ("点「报进展」", "“Progress” is pressed"))
    await film.says(wei, "灯泡到货了，下午来换", "The bulb is here, I come this afternoon")
    film.shot(rosa, ("有新进展", "News"), ("网格员报了进展", "the grid worker tells how far it is"))
    film.shot(wei, ("进展记下了", "Progress is noted"), ("网格员看到", "what the grid worker sees"))


async def _done(film: Film) -> None:
    rosa, chen, wei = film.town.rosa, film.town.chen, film.town.wei
    await film.press(wei, "finish")
    film.shot(wei, ("拍一张照片", "A picture, please"), ("点「办好了」", "“Done” is pressed"))
    await film.says(wei, "换好了", "it is replaced")
    film.shot(wei, ("还差照片", "The picture is missing"), ("只写了字", "only words come"))
    await film.does(wei.sends_photo(film.words("换了新灯泡", "a new bulb")))
    film.shot(rosa, ("办好了吗", "Is it done?"), ("网格员发来照片", "the grid worker sends the picture"))
    film.shot(
        chen, ("邻居也知道", "The neighbour hears it too"), ("一起跟进的邻居看到", "what a neighbour who joined sees")
    )
    film.shot(wei, ("等居民确认", "Waiting for the resident"), ("网格员看到", "what the grid worker sees"))
    await film.press(rosa, "done_yes")
    film.shot(rosa, ("满意吗", "How satisfied"), ("点「是的，办好了」", "“Yes, it is done” is pressed"))
    await film.press(rosa, "stars_5")
    film.shot(rosa, ("谢谢评价", "Thank you"), ("点了五颗星", "five stars are pressed"))
    await film.says(rosa, "4栋1单元垃圾堆成山了", "The rubbish at building 4 unit 1 is piling up")
    film.shot(
        rosa,
        ("是说这次，还是另一件", "About this, or another matter"),
        ("评价后又说起别的", "it may be something else"),
    )
    await film.press(rosa, "rating_about")
    film.shot(rosa, ("谢谢", "Thanks"), ("点「说的是这次办理」", "“About this work” is pressed"))
    await film.says(wei, "/tasks")
    film.shot(wei, ("我的任务", "My tasks"), ("点「我的任务」", "“My tasks” is pressed"))
    for label, name in (
        ("duty_off", ("下班", "Off duty")),
        ("duty_on", ("值班", "On duty")),
        ("duty_auto", ("按工作时间", "By working time")),
    ):
        await film.says(wei, "/tasks")
        await film.press(wei, label)
        film.shot(wei, name, ("在「我的任务」里点", "pressed under “My tasks”"))


async def _not_yet(film: Film) -> None:
    rosa, wei, dan = film.town.rosa, film.town.wei, film.town.dan
    await report(film, NOISE)
    await film.press(wei, "accept", "finish")
    await film.press(rosa, "done_no")
    film.shot(rosa, ("还没办好", "Not yet"), ("点「还没办好」", "“Not yet” is pressed"))
    await film.says(rosa, "半夜还是吵", "It is still loud at night")
    film.shot(rosa, ("转给办事的人", "Passed on"), ("说了哪里还没好", "what is still wrong was said"))
    film.shot(wei, ("退回来了", "It came back"), ("网格员看到", "what the grid worker sees"))
    await film.press(wei, "finish")
    await film.press(rosa, "done_yes", "stars_1")
    film.shot(rosa, ("不满意", "Not satisfied"), ("点了一颗星", "one star is pressed"))
    film.shot(dan, ("请回电话", "Please ring"), ("值班员看到评价低", "the duty secretary sees the low rating"))
    await film.press(rosa, "no_words")


async def _silence(film: Film) -> None:
    rosa, wei = film.town.rosa, film.town.wei
    await report(film, NOISE)
    await film.press(wei, "accept", "more", "ask")
    await film.says(wei, "是哪一户？", "Which flat is it?")
    await film.later(days=2)
    film.shot(wei, ("居民没回答", "No answer"), ("过了两个工作日", "two working days have passed"))
    await film.press(wei, "finish")
    await film.later(days=1)
    film.shot(rosa, ("再问一声", "Asked again"), ("过了一天没回答", "a day without an answer"))
    await film.later(steps=2, days=4)
    film.shot(rosa, ("先结束了", "It is over"), ("一直没回答", "there was no answer at all"))


async def _other_hands(film: Film) -> None:
    town = film.town
    rosa, wei, li, dan = town.rosa, town.wei, town.li, town.dan
    await report(film, LAMP)
    await film.press(wei, "decline")
    film.shot(wei, ("为什么接不了", "Why not"), ("点「接不了」", "“I cannot” is pressed"))
    await film.press(wei, "decline_busy")
    film.shot(wei, ("派给下一位", "To the next"), ("点「忙不过来」", "“Too busy” is pressed"))
    film.shot(li, ("轮到下一位", "The next one"), ("楼栋长看到", "what the building head sees"))
    await film.press(li, "accept", "more", "hand_over")
    film.shot(li, ("交给哪位同事", "Which colleague"), ("点「转交同事」", "“Hand over” is pressed"))
    await film.tap(li, ("小赵", "Zhao"))
    film.shot(li, ("交出去了", "Handed over"), ("选了一位", "somebody is chosen"))
    await film.later(days=3)  # a Monday
    film.shot(dan, ("到时间没人接", "Nobody took it in time"), ("值班员看到", "what the duty secretary sees"))
    await film.press(town.zhao, "accept", "more", "history")
    film.shot(town.zhao, ("经过", "The story"), ("点「看经过」", "“History” is pressed"))
    await film.later(days=1)
    film.shot(town.zhao, ("时间过半", "Half of the time"), ("时限过了一半", "half of the time has passed"))
    await film.later(hours=23)
    film.shot(town.zhao, ("快到时间", "Nearly due"), ("还剩一成时间", "a tenth of the time is left"))
    await film.later(hours=2)
    film.shot(town.zhao, ("超时了", "Overdue"), ("网格员看到", "what the grid worker sees"))
    film.shot(town.fang, ("督办", "Pressed for"), ("镇街联络员看到", "what the street liaison sees"))
    await film.press(rosa, "withdraw", "withdraw_solved")
    film.shot(town.zhao, ("居民撤回", "Withdrawn"), ("居民说不用办了", "the resident needs it no more"))
