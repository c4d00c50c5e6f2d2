"""Notices: written question by question, seen beforehand, sent, watched, read, and told again."""

from storage import schema

from .film import Film

WATER = ("明天上午9点到11点停水，请提前接好水。", "No water tomorrow from 9 to 11. Please store some.")
FRAUD = ("最近有人冒充社区要验证码。", "Somebody pretends to be the community and asks for codes.")


async def play(film: Film) -> None:
    """From the first word to the last reader."""
    await _neighbours(film)
    await _writing(film)
    await _reading(film)
    await _others(film)


async def _neighbours(film: Film) -> None:
    town = film.town
    await film.agrees(town.rosa, town.chen)
    place, table = town.app.ledger.directory.by_code["jx-3-2"].id, schema.person
    async with town.app.database.writing() as connection:
        ours = table.c.telegram_id.in_([town.rosa.id, town.chen.id])
        await connection.execute(table.update().where(ours).values(home_id=place))


async def _writing(film: Film) -> None:
    dan = film.town.dan
    await film.says(dan, "/notice")
    film.shot(dan, ("通知", "Notices"), ("点「发通知」", "“Notices” is pressed"))
    await film.press(dan, "notice_new")
    film.shot(dan, ("写什么", "What it says"), ("点「写一条通知」", "“Write a notice” is pressed"))
    await film.does(dan.sends_photo())
    film.shot(dan, ("还差文字", "Words are missing"), ("只发了照片", "only a picture came"))
    await film.press(dan, "cancel")
    await film.says(dan, "/notice")
    await film.press(dan, "notice_new")
    await film.says(dan, *WATER)
    film.shot(dan, ("发到哪里", "Where"), ("写了内容", "the words are written"))
    await film.does(dan.says("jx-3"))
    film.shot(dan, ("发给谁", "To whom"), ("选了地点", "the place is chosen"))
    await film.press(dan, "notice_to_residents")
    film.shot(dan, ("哪一种", "Which kind"), ("选了对象", "the people are chosen"))
    await film.press(dan, "notice_kind_official")
    film.shot(dan, ("要不要回执", "A receipt?"), ("选了类型", "the kind is chosen"))
    await film.press(dan, "notice_receipt")
    film.shot(dan, ("什么时候发", "When"), ("选了回执", "the receipt is chosen"))
    await film.says(dan, "很久以前", "long ago")
    film.shot(dan, ("看不懂时间", "Which time?"), ("时间说得不清楚", "the time is not clear"))
    await film.press(dan, "notice_now")
    film.shot(dan, ("发之前看一看", "The preview"), ("选了时间", "the time is chosen"))
    preview = dan.messages[-2]
    await film.does(dan.presses(preview.inline_rows[0][0]["text"], on=preview))
    film.shot(dan, ("预览里点不动", "Only a preview"), ("点了预览里的按钮", "its button is pressed"))


async def _reading(film: Film) -> None:
    rosa, chen, dan, wei = film.town.rosa, film.town.chen, film.town.dan, film.town.wei
    await film.tap(dan, ("✅ 发给", "✅ Send to"))
    film.shot(dan, ("记下了", "It is kept"), ("点「发给…人」", "“Send” is pressed"))
    await film.goes_out()
    film.shot(rosa, ("收到通知", "A notice"), ("居民看到", "what a resident sees"))
    await film.press(rosa, "notice_got")
    film.shot(rosa, ("点了收到", "It is read"), ("点「收到」", "“I have read it” is pressed"))
    await film.press(rosa, "notice_got")
    film.shot(rosa, ("又点了一次", "Pressed once more"), ("再点一次", "it is pressed again"))
    await film.press(dan, "notice_look")
    film.shot(dan, ("发到哪一步", "How far it is"), ("点「刷新」", "“Refresh” is pressed"))
    await film.press(dan, "notice_where")
    film.shot(dan, ("各楼栋", "By building"), ("点「各楼栋」", "“By building” is pressed"))
    await film.says(wei, "/notice")
    await film.tap(wei, ("停水", "No water"))
    await film.press(wei, "notice_who")
    film.shot(wei, ("谁还没看", "Who has not"), ("网格员点「谁还没看」", "the grid worker presses “Who has not”"))
    await film.later(days=1, minutes=1)
    film.shot(chen, ("再提醒一次", "Once more"), ("一个工作日后还没点", "not read after a working day"))


async def _others(film: Film) -> None:
    rosa, dan = film.town.rosa, film.town.dan
    for kind, words in (
        ("notice_kind_fraud", FRAUD),
        ("notice_kind_activity", ("周六包饺子", "Dumplings on Saturday")),
    ):
        await film.says(dan, "/notice")
        await film.press(dan, "notice_new")
        await film.says(dan, *words)
        await film.does(dan.says("jx-3"))
        await film.press(dan, "notice_to_residents", kind, "notice_no_receipt", "notice_now")
        await film.tap(dan, ("✅ 发给", "✅ Send to"))
        await film.goes_out()
        is_fraud = kind == "notice_kind_fraud"
        name = ("反诈提醒", "A fraud warning") if is_fraud else ("活动邀请", "An invitation")
        film.shot(rosa, name, ("居民看到", "what a resident sees"))
    await film.press(rosa, "activities_off")
    film.shot(rosa, ("不收活动邀请", "No invitations"), ("点「不收活动邀请」", "“No invitations” is pressed"))
    await film.press(rosa, "activities_on")
    film.shot(rosa, ("接着收", "Invitations again"), ("点「接着收活动邀请」", "“Invitations again” is pressed"))
    await film.later(hours=12)
    await film.says(dan, "/notice")
    await film.press(dan, "notice_new")
    await film.says(dan, *WATER)
    await film.does(dan.says("jx-3"))
    await film.press(dan, "notice_to_residents", "notice_kind_official", "notice_no_receipt", "notice_urgent")
    film.shot(dan, ("夜里也发吗", "Even at night?"), ("夜里点「夜里也要发」", "“Even at night” is pressed at night"))
    await film.press(dan, "notice_wait")
    await film.tap(dan, ("✅ 发给", "✅ Send to"))
    await film.press(dan, "notice_stop")
    film.shot(dan, ("真的不发了吗", "Really stop it?"), ("点「不发了」", "“Stop” is pressed"))
