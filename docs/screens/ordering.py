"""A request to neighbours: asked from the menu, checked by the building head, taken and done; and what goes wrong."""

from unittest import mock

from storage import door_words, schema
from storage.ids import new_id

from .film import Film, Words

DOOR = ("3栋2单元1502", "building 3 unit 2 1502")
BULB: Words = ("换灯泡", "Change a bulb")
TOMORROW: Words = ("明天", "tomorrow")


async def play(film: Film) -> None:
    """王阿姨 asks, 老李 checks it, and 薇拉 changes the bulb."""
    with mock.patch.object(door_words, "one", return_value="桂花"):
        await _play(film)


async def _play(film: Film) -> None:
    town = film.town
    await film.agrees(town.rosa, town.vera, town.chen)
    await film.press(town.rosa, "menu_me", "me_home")
    await film.says(town.rosa, *DOOR)
    await _registers(film)
    await _asked(film)
    await _checked(film)
    await _taken(film)
    await _done(film)
    await _wrong(film)
    await _written_down(film)
    await _turned_down(film)


async def _registers(film: Film) -> None:
    """薇拉 and 陈叔 have registered, and somebody has verified them."""
    app, now = film.town.app, film.town.clock.now()
    person = schema.person
    async with app.database.writing() as connection:
        for phone in (film.town.vera, film.town.chen):
            query = person.select().where(person.c.telegram_id == phone.id)
            row = (await connection.execute(query)).one()
            values = {"person_id": row.id, "registered_at": now, "verified_at": now}
            await connection.execute(schema.helper.insert().values(id=new_id(now), **values))
        chen = {"person_id": row.id, "role": "volunteer", "place_id": app.ledger.directory.by_code["xfl"].id}
        await connection.execute(schema.role_grant.insert().values(id=new_id(now), granted_at=now, **chen))


async def _asked(film: Film) -> None:
    rosa = film.town.rosa
    await film.says(rosa, "我要换灯泡", "Change a bulb for me")
    film.shot(rosa, ("是找邻居吗", "A neighbour?"), ("一句话看不准", "a sentence that is not clear"))
    await film.press(rosa, "cancel", "menu_order")
    film.shot(rosa, ("帮什么忙", "What is needed"), ("点「找人帮忙」", "“Ask for help” is pressed"))
    await film.tap(rosa, BULB)
    film.shot(rosa, ("哪天方便", "Which day"), ("点了「换灯泡」", "one is tapped"))
    await film.tap(rosa, TOMORROW)
    film.shot(rosa, ("什么时候", "At what time"), ("点了一天", "a day is tapped"))
    await film.press(rosa, "order_part_afternoon")
    film.shot(rosa, ("请看看对不对", "Is this right"), ("点了「下午」", "a part of the day is tapped"))
    await film.press(rosa, "edit_count")
    film.shot(rosa, ("要几个人", "How many"), ("点「改人数」", "“How many” is pressed"))
    await film.press(rosa, "back", "order_alone_off", "order_alone_on", "order_send")
    film.shot(rosa, ("发出去了", "It is sent"), ("点「发出去」", "it is sent"))


async def _checked(film: Film) -> None:
    rosa, li = film.town.rosa, film.town.li
    film.shot(li, ("楼栋长的卡片", "The building head's card"), ("同一时间", "at the same time"))
    await film.press(li, "order_edit")
    film.shot(li, ("要改什么", "What shall be changed"), ("点「改一改」", "“Change” is pressed"))
    await film.press(li, "order_edit_words")
    film.shot(li, ("重新说一遍", "Say it again"), ("点「改说明」", "“Words” is pressed"))
    await film.says(li, "换厨房的灯泡，灯泡有", "Change the bulb in the kitchen; there is a new one")
    film.shot(li, ("改好了", "Changed"), ("说了新的", "the new words are said"))
    await film.press(li, "order_staff_verify")
    film.shot(li, ("核验通过", "Checked"), ("点「核验通过，下单」", "“Check and offer” is pressed"))
    film.shot(rosa, ("正在问邻居", "Neighbours are asked"), ("居民看到", "what the resident sees"))


async def _taken(film: Film) -> None:
    rosa, vera = film.town.rosa, film.town.vera
    film.shot(vera, ("帮忙的人看到", "What a helper sees"), ("不写门牌和名字", "without the door and the name"))
    await film.press(vera, "order_take")
    film.shot(vera, ("接好了", "Taken"), ("点「我来帮」", "“I will help” is pressed"))
    film.shot(rosa, ("有人来帮您", "Somebody comes"), ("居民看到", "what the resident sees"))
    await film.press(rosa, "order_message")
    film.shot(rosa, ("捎句话", "A message"), ("点「捎句话」", "“Send a message” is pressed"))
    await film.says(rosa, "请带个梯子来", "Please bring a ladder")
    film.shot(rosa, ("捎到了", "Passed on"), ("说了一句", "the words are said"))
    film.shot(vera, ("对方说", "The other side says"), ("帮忙的人看到", "what the helper sees"))


async def _done(film: Film) -> None:
    rosa, vera = film.town.rosa, film.town.vera
    await film.press(vera, "order_done")
    film.shot(rosa, ("做好了吗", "Is it done"), ("帮忙的人点「做好了」", "the helper presses “Done”"))
    await film.press(rosa, "order_yes")
    film.shot(vera, ("谢谢您", "Thank you"), ("居民点「好了」", "“Yes, it is done” is pressed"))
    await film.press(rosa, "stars_5", "no_words")


async def _wrong(film: Film) -> None:
    rosa, dan = film.town.rosa, film.town.dan
    await film.press(rosa, "order_problem")
    film.shot(rosa, ("出了什么事", "What happened"), ("点「有问题」", "“A problem” is pressed"))
    await film.says(rosa, "她问我要了二十块钱", "She asked me for twenty yuan")
    film.shot(rosa, ("记下了", "Noted"), ("说了一句", "the words are said"))
    film.shot(dan, ("值班员看到", "What the duty secretary sees"), ("同一时间", "at the same time"))
    await film.press(dan, "order_staff_seen_to")
    film.shot(dan, ("处理了", "Seen to"), ("点「处理了」", "“Seen to” is pressed"))
    film.shot(rosa, ("处理了，告诉您", "You are told"), ("居民看到", "what the resident sees"))


async def _written_down(film: Film) -> None:
    wei = film.town.wei
    await film.agrees(wei)
    await film.press(wei, "menu_order")
    await film.tap(wei, BULB)
    film.shot(wei, ("给谁找人", "For whom"), ("工作人员点「找人帮忙」", "staff press “Ask for help”"))
    await film.press(wei, "order_for_caller")
    await film.says(wei, "李奶奶 19912345678", "Granny Li 19912345678")
    film.shot(wei, ("独居老人吗", "Does she live alone"), ("写了名字和电话", "a name and a number are written"))
    await film.press(wei, "order_alone_no")
    film.shot(wei, ("到哪里", "Where to"), ("点「不是」", "“No” is pressed"))
    await film.says(wei, "3栋2单元", "building 3 unit 2")
    film.shot(wei, ("门牌号", "Which door"), ("说了楼栋", "the building is told"))
    await film.says(wei, "401")
    await film.says(wei, "明天上午", "tomorrow morning")
    await film.press(wei, "order_send")


async def _turned_down(film: Film) -> None:
    rosa, li = film.town.rosa, film.town.li
    await film.press(rosa, "menu_order")
    await film.says(rosa, "帮我量个血压", "blood pressure, please")
    await film.tap(rosa, TOMORROW)
    await film.press(rosa, "order_part_any", "order_send")
    await film.press(li, "order_staff_refuse")
    film.shot(li, ("为什么不能安排", "Why not"), ("点「说明不办」", "“Turn down” is pressed"))
    await film.press(li, "order_staff_service")
    film.shot(li, ("有现成的服务", "There is a service"), ("点「有现成的服务」", "“There is a service” is pressed"))
    await film.tap(li, ("量血压", "Blood pressure"))
    film.shot(li, ("说明了", "The resident was told"), ("点了一项", "one is tapped"))
    film.shot(rosa, ("居民看到", "What the resident sees"), ("点一下就能约", "one tap books it"))
