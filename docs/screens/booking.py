"""Booking by a resident: from a sentence to a time, 候补 where a day is full, another time, and every week."""

from datetime import datetime

from simulator.phone import Phone
from storage import schema

from .film import Film, Words

DOOR = ("3栋2单元1502", "building 3 unit 2 1502")
CARD: Words = ("老年证", "Senior card")
SECONDS, CELLS, NOBODY = 900, 96, 1
"""How long a cell is, how many a day has, and who holds those that nobody in this story wants."""


async def play(film: Film) -> None:
    """One after the other."""
    await film.agrees(film.town.rosa, film.town.chen)
    await _out_of_a_sentence(film)
    await _from_the_shelves(film)
    await _a_room(film)
    await _waiting(film)
    await _afterwards(film)
    await _every_week(film)


async def lives(film: Film, *phones: str) -> None:
    """Somebody has said where they live."""
    for name in phones:
        phone = getattr(film.town, name)
        await film.press(phone, "menu_me", "me_home")
        await film.says(phone, *DOOR)


async def visit(film: Film, day: str = "24", clock: str = "15:00") -> None:
    """王阿姨 has booked a visit for her own card."""
    rosa = film.town.rosa
    await film.says(rosa, "/book 老年证", "/book senior card")
    await film.press(rosa, "book_myself", "book_read", "way_at_home")
    await film.tap(rosa, day)
    if clock >= "12":
        await film.press(rosa, "part_afternoon")
    await film.tap(rosa, clock)
    await film.press(rosa, "book_send")


async def _out_of_a_sentence(film: Film) -> None:
    rosa = film.town.rosa
    await film.says(rosa, "我想给我妈办老年证", "I want a senior card for my mother")
    film.shot(rosa, ("您要办的是哪一项", "Which of them"), ("说了一句话", "one sentence"))
    await film.tap(rosa, CARD)
    film.shot(rosa, ("要带什么", "What to bring"), ("点了「老年证」", "one is tapped"))
    await film.press(rosa, "book_read")
    film.shot(rosa, ("怎么办方便", "Which way"), ("点「知道了」", "“I see” is pressed"))
    await film.press(rosa, "way_at_home")
    film.shot(rosa, ("去哪里", "Where to"), ("选了上门", "somebody shall come"))
    await film.says(rosa, *DOOR)
    film.shot(rosa, ("哪天方便", "Which day"), ("说了住处", "the door is told"))
    await film.tap(rosa, "24")
    film.shot(rosa, ("几点", "At what time"), ("点了一天", "a day is tapped"))
    await film.tap(rosa, "09:00")
    film.shot(
        rosa,
        ("看看对不对", "Is this right?"),
        ("点了时间，先留着", "a time is tapped and kept"),
    )
    await film.press(rosa, "book_send")
    film.shot(rosa, ("约好了", "Booked"), ("点「就这样约」", "“Book it” is pressed"))


async def _from_the_shelves(film: Film) -> None:
    chen = film.town.chen
    await film.says(chen, "/book")
    film.shot(chen, ("要办什么事", "What is it about"), ("点「代办预约」", "“Book” is pressed"))
    await film.tap(chen, ("民政救助", "Civil affairs"))
    film.shot(chen, ("一类里有什么", "On one shelf"), ("点了一类", "a shelf is tapped"))
    await film.says(chen, "修锁", "locksmith")
    film.shot(chen, ("直接打电话就行", "Ring or go there"), ("不用约的一项", "one that nobody books"))
    await film.says(chen, "/book 坐火箭", "/book rocket to the moon")
    film.shot(chen, ("没找到", "Nothing found"), ("写的没有", "there is no such thing"))
    await film.says(chen, "/book 老年证", "/book senior card")
    film.shot(chen, ("是给谁的", "For whom"), ("找到了一项", "a service is found"))
    await film.press(chen, "book_other")
    film.shot(chen, ("邻居怎么称呼", "The neighbour's name"), ("点「邻居、别人」", "“Somebody else” is pressed"))
    await film.says(chen, "李奶奶", "Granny Li")
    await film.press(chen, "book_read", "way_walk_in")
    await film.press(chen, "book_send")
    film.shot(chen, ("今天的号", "A number for today"), ("现场办，取了号", "on site, with a number"))


async def _a_room(film: Film) -> None:
    chen, dan = film.town.chen, film.town.dan
    await film.says(chen, "/book 议事厅", "/book meeting hall")
    film.shot(chen, ("用来做什么", "What for"), ("约一间屋子", "a room is wanted"))
    await film.says(chen, "楼里开个会，二十个人", "A meeting of our building, twenty people")
    await film.tap(chen, "25", "09:00")
    await film.press(chen, "book_send")
    film.shot(chen, ("等值班员答复", "On approval"), ("约了要批准的", "what needs approval is booked"))
    film.shot(dan, ("请答复", "To be approved"), ("值班员看到", "what the duty secretary sees"))
    await film.press(dan, "visit_refuse")
    film.shot(dan, ("为什么约不了", "Why not"), ("点「约不了」", "“Not possible” is pressed"))
    await film.press(dan, "cancel", "visit_approve")
    film.shot(chen, ("批下来了", "Approved"), ("居民看到", "what the resident sees"))


async def _waiting(film: Film) -> None:
    """陈叔 has the last time of a day; who waits for it is 王阿姨."""
    rosa, chen = film.town.rosa, film.town.chen
    await _asks_the_nurse(film, chen)
    await film.tap(chen, "25", "10:00")
    await film.press(chen, "book_send")
    await _fill(film)
    await _asks_the_nurse(film, rosa)
    film.shot(rosa, ("有的日子满了", "Some days are full"), ("有一天约满了", "one of the days is full"))
    await film.tap(rosa, ("25满", "25✕"))
    film.shot(rosa, ("要候补吗", "Shall you wait"), ("点了约满的一天", "a full day is tapped"))
    await film.press(rosa, "book_wait")
    film.shot(rosa, ("哪几天都行", "Which days would do"), ("点「好，我候补」", "“Yes, I wait” is pressed"))
    await film.tap(rosa, ("就后天", "Only 25 Nov"))
    film.shot(rosa, ("上午还是下午", "Morning or afternoon"), ("选了日子", "the days are chosen"))
    await film.press(rosa, "wait_any")
    film.shot(rosa, ("在候补了", "In the line"), ("选了都行", "either will do"))
    await film.press(chen, "visit_call_off")
    film.shot(chen, ("为什么不来", "Why not"), ("点「不约了」", "“Cancel it” is pressed"))
    await film.press(chen, "unbook_busy")
    film.shot(chen, ("取消了", "Cancelled"), ("点了原因", "a reason is tapped"))
    film.shot(rosa, ("有时间空出来了", "A time is free"), ("有人让了出来", "somebody gave a time back"))
    await film.press(rosa, "wait_take")
    film.shot(rosa, ("归您了", "It is yours"), ("点「就要这个时间」", "“I take this time” is pressed"))


async def _asks_the_nurse(film: Film, who: Phone) -> None:
    await film.says(who, "/book 量血压", "/book blood pressure")
    await film.press(who, "book_myself", "way_appointment")


async def _fill(film: Film) -> None:
    """Whatever is free with the nurse on the 25th is taken by people who are not in this story."""
    ledger, cell = film.town.app.ledger, schema.booking_cell
    nurse = ledger.directory.catalogue.provider_codes["clinic"].id
    dawn = int(datetime(2026, 11, 25, tzinfo=ledger.directory.calendar.zone).timestamp()) // SECONDS
    taken = {row["cell"] for row in await ledger.all(cell.select().where(cell.c.provider_id == nurse))}
    free = sorted(set(range(dawn, dawn + CELLS)) - taken)
    async with film.town.app.database.writing() as connection:
        rows = [{"provider_id": nurse, "seat": 1, "cell": one, "holder_id": NOBODY} for one in free]
        await connection.execute(cell.insert(), rows)


async def _afterwards(film: Film) -> None:
    rosa = film.town.rosa
    await film.press(rosa, "menu_my")
    film.shot(rosa, ("约了什么", "What is booked"), ("点「我的事」", "“My matters” is pressed"))
    await film.tap(rosa, ("老年证", "Senior card"))
    await film.press(rosa, "visit_new_time")
    await film.tap(rosa, "26", "10:00")
    film.shot(
        rosa,
        ("改到这个时间，对吗", "Move it there?"),
        ("另选了时间", "another time is chosen"),
    )
    await film.press(rosa, "book_move")
    film.shot(rosa, ("改好了", "Moved"), ("点「改到这个时间」", "“Move it” is pressed"))
    film.shot(film.town.tian, ("换了一位代办员", "Another agent"), ("接手的代办员看到", "what the new agent sees"))
    film.shot(film.town.ye, ("您不用去了", "You need not go"), ("原来的代办员看到", "what the former agent sees"))


async def _every_week(film: Film) -> None:
    rosa = film.town.rosa
    await film.says(rosa, "/book 量血压", "/book blood pressure")
    film.shot(rosa, ("还同上次一样吗", "The same as last time?"), ("上次约过", "it was booked before"))
    await film.press(rosa, "book_same", "edit_times")
    film.shot(rosa, ("一共几次", "How many times"), ("点「每周都约」", "“Every week” is pressed"))
    await film.tap(rosa, ("4 次", "4 weeks"))
    await film.press(rosa, "book_send")
    film.shot(rosa, ("每周都约好了", "Booked every week"), ("点「就这样约」", "“Book it” is pressed"))
