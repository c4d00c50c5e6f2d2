"""A visit carried out: the evening before, the day's list, at the door, originals, the stages; and nobody there."""

from .booking import visit
from .film import Film

HALF_TO_EVENING, TO_THE_LIST, TO_THE_VISIT, TO_THE_NEXT = 8.5, 14.0, 6.8, 18.4
"""Hours from half past nine to 18:00, from there to 8:00, to the visit at 15:00, and to that of the next morning."""


async def play(film: Film) -> None:
    """王阿姨 has a visit tomorrow at three, and 小叶 comes."""
    rosa, ye = film.town.rosa, film.town.ye
    await film.agrees(rosa, film.town.chen)
    await film.press(rosa, "menu_me", "me_home")
    await film.says(rosa, "3栋2单元1502", "building 3 unit 2 1502")
    await visit(film)
    film.shot(ye, ("代办员的卡片", "The agent's card"), ("有人约了上门", "a visit is booked"))
    await film.later(hours=HALF_TO_EVENING)
    film.shot(rosa, ("前一天晚上", "The evening before"), ("前一天 18:00", "at 18:00 the day before"))
    film.shot(ye, ("代办员的提醒", "The agent is reminded"), ("同一时间", "at the same time"))
    await film.press(rosa, "visit_come")
    film.shot(rosa, ("说了会在", "She will be there"), ("点「我会在」", "“I will be there” is pressed"))
    await film.later(hours=TO_THE_LIST)
    film.shot(ye, ("今天要办的", "The list of the day"), ("早上 8:00", "at eight in the morning"))
    await film.later(hours=TO_THE_VISIT)
    await film.press(ye, "visit_on_the_way")
    film.shot(rosa, ("出发了", "On the way"), ("代办员点「出发了」", "the agent presses “On the way”"))
    await _at_the_door(film)
    await _originals(film)
    await _stages(film)
    await _nobody_there(film)


async def _at_the_door(film: Film) -> None:
    rosa, ye = film.town.rosa, film.town.ye
    await film.press(ye, "visit_arrive")
    film.shot(ye, ("门口拍一张", "A photo of the door"), ("点「到了」", "“Arrived” is pressed"))
    await film.does(ye.sends_photo())
    film.shot(ye, ("到了以后", "After that"), ("发来照片", "the photo comes"))
    film.shot(rosa, ("人到了", "Somebody is there"), ("居民看到", "what the resident sees"))


async def _originals(film: Film) -> None:
    rosa, ye = film.town.rosa, film.town.ye
    await film.press(ye, "papers_open")
    film.shot(ye, ("委托和交接", "Mandate and originals"), ("点「委托和交接」", "“Mandate, originals” is pressed"))
    await film.press(ye, "paper_taken")
    film.shot(ye, ("带走哪几样", "Which originals"), ("点「带走原件」", "“Take originals” is pressed"))
    await film.tap(ye, ("身份证", "Identity card"))
    await film.tap(ye, ("就这些", "That is all"))
    film.shot(ye, ("交接单开好了", "The sheet is written"), ("点「就这些」", "“That is all” is pressed"))
    film.shot(rosa, ("对不对", "Is that right?"), ("居民看到", "what the resident sees"))
    await film.press(rosa, "paper_yes")
    film.shot(rosa, ("双方都确认了", "Both have confirmed"), ("点「对，确认」", "“Yes, that is right” is pressed"))
    await film.press(ye, "papers_open", "paper_returned")
    await film.tap(ye, ("就这些", "That is all"))
    film.shot(rosa, ("原件还给您了", "Given back"), ("代办员归还原件", "the agent gives them back"))
    await film.press(rosa, "paper_yes")


async def _stages(film: Film) -> None:
    rosa, ye = film.town.rosa, film.town.ye
    await film.press(ye, "visit_stage_taken")
    film.shot(rosa, ("材料收好了", "Papers taken"), ("代办员点「材料收好了」", "the agent presses “Papers taken”"))
    await film.press(ye, "visit_stage_handed_in")
    film.shot(ye, ("哪天有结果", "When is there a result"), ("点「交上去了」", "“Handed in” is pressed"))
    await film.press(ye, "plan_3")
    film.shot(rosa, ("材料交上去了", "Handed in"), ("代办员选了日子", "the agent chose a day"))
    await film.press(ye, "visit_stage_decided", "visit_day_unknown")
    film.shot(rosa, ("批下来了", "Granted"), ("代办员点「批下来了」", "the agent presses “Granted”"))
    await film.press(ye, "visit_stage_delivered")
    film.shot(rosa, ("办好了吗", "Is it done?"), ("代办员点「送到，办好了」", "the agent presses “Delivered, done”"))
    await film.press(rosa, "done_yes", "stars_5")


async def _nobody_there(film: Film) -> None:
    chen, tian = film.town.chen, film.town.tian
    await film.says(chen, "/book 老年证", "/book senior card")
    await film.press(chen, "book_myself", "book_read", "way_at_home")
    await film.tap(chen, "25", "09:00")
    await film.press(chen, "book_send")
    await film.later(hours=TO_THE_NEXT)
    await film.press(tian, "visit_miss")
    film.shot(tian, ("敲过门了吗", "Did you knock?"), ("点「没等到人」", "“Nobody there” is pressed"))
    await film.press(tian, "visit_miss_yes")
    film.shot(chen, ("没等到您", "Nobody was there"), ("居民看到", "what the resident sees"))
    await film.press(chen, "visit_was_here")
    film.shot(chen, ("我在的", "I was there"), ("点「我在的」", "“I was there” is pressed"))
