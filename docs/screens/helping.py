"""People who help: registering, taking what fits, the talent register, teams, and who is trusted with what."""

from unittest import mock

from storage import door_words

from .film import Film, Words

HOME = ("3栋1单元502", "building 3 unit 1 502")
DOOR = ("3栋2单元1502", "building 3 unit 2 1502")
BULB: Words = ("换灯泡", "Change a bulb")
REPAIRS: Words = ("水电维修", "Repairs")
CHEN: Words = ("陈叔", "Mr Chen")
DAUGHTER: Words = ("小王", "Xiaowang")


async def play(film: Film) -> None:
    """陈叔 registers, says what he can, takes a request, and leads a team."""
    town = film.town
    await film.agrees(town.chen, town.daughter, town.rosa)
    for phone, home in ((town.chen, HOME), (town.daughter, HOME), (town.rosa, DOOR)):
        await film.press(phone, "menu_me", "me_home")
        await film.says(phone, *home)
    await _registers(film)
    await _says_more(film)
    await _is_found(film)
    await _leads(film)
    with mock.patch.object(door_words, "one", return_value="桂花"):
        await _takes(film)
    await _is_trusted(film)
    await _leaves(film)


async def _registers(film: Film) -> None:
    chen = film.town.chen
    await film.says(chen, "我想帮忙", "I want to help")
    film.shot(chen, ("愿意帮忙吗", "Would you help?"), ("说了一句话", "a sentence"))
    await film.press(chen, "helper_join")
    film.shot(chen, ("登记好了", "Registered"), ("点「我愿意帮忙」", "“I want to help” is pressed"))
    film.shot(film.town.dan, ("值班员也知道", "The duty secretary hears it"), ("同一时刻", "at the same moment"))
    await film.tap(chen, REPAIRS)
    film.shot(chen, ("会什么", "Skills"), ("点了一样", "one is tapped"))
    await film.tap(chen, REPAIRS)
    film.shot(chen, ("一样手艺", "One skill"), ("再点一下", "it is tapped again"))
    await film.press(chen, "back", "helper_times")
    film.shot(chen, ("什么时候有空", "When"), ("点「什么时候」", "“When” is pressed"))
    await film.tap(chen, ("周末上午", "Weekend morning"))
    await film.press(chen, "helper_ready")
    film.shot(chen, ("我的登记", "My registration"), ("点「好了」", "“Done” is pressed"))


async def _says_more(film: Film) -> None:
    chen = film.town.chen
    await film.press(chen, "helper_places")
    film.shot(chen, ("去哪里", "Where"), ("点「去哪里」", "“Where” is pressed"))
    await film.press(chen, "helper_ready", "helper_never")
    film.shot(chen, ("不做什么", "What not"), ("点「不做什么」", "“Not” is pressed"))
    await film.press(chen, "helper_ready", "helper_shown")
    film.shot(chen, ("给邻居看什么", "What neighbours see"), ("点「给邻居看」", "“What is shown” is pressed"))
    await film.tap(chen, ("▫️ 会什么", "▫️ Skills"), ("▫️ 称呼", "▫️ Name"), ("▫️ 电话", "▫️ Telephone"))
    film.shot(chen, ("勾好了", "Ticked"), ("点了三样", "three are tapped"))
    await film.says(chen, "/claim")
    film.shot(chen, ("现在没有", "Nothing now"), ("点「去帮忙」", "“Lend a hand” is pressed"))
    await film.press(chen, "helper_me", "helper_about")
    film.shot(chen, ("介绍自己", "About me"), ("点「介绍」", "“About me” is pressed"))
    await film.says(chen, "做了三十年电工", "An electrician for thirty years")
    film.shot(chen, ("记下了", "Noted"), ("写了一句", "a line is written"))
    await film.press(chen, "helper_me", "helper_photo")
    film.shot(chen, ("发张照片", "A photo"), ("点「照片」", "“Photo” is pressed"))
    await film.press(chen, "cancel")


async def _is_found(film: Film) -> None:
    rosa, dan = film.town.rosa, film.town.dan
    await film.says(rosa, "/talent")
    film.shot(rosa, ("找会什么的邻居", "Who can what"), ("写 /talent", "/talent is written"))
    await film.tap(rosa, REPAIRS)
    film.shot(rosa, ("找到了", "Found"), ("点了一样", "a skill is tapped"))
    await film.tap(rosa, CHEN)
    film.shot(rosa, ("邻居看到的", "What a neighbour sees"), ("点一位邻居", "a neighbour is tapped"))
    await film.says(rosa, "谁会弹钢琴", "who can play the piano")
    film.shot(rosa, ("没找到", "Nobody"), ("问了一句", "a question"))
    await film.says(dan, "/talent 水电", "/talent repairs")
    await film.tap(dan, CHEN)
    film.shot(dan, ("值班员看到的", "What the duty secretary sees"), ("点一位邻居", "a neighbour is tapped"))

    await film.press(dan, "talent_find", "talent_new")
    film.shot(dan, ("还没核实的", "Not verified yet"), ("点「还没核实的」", "“Not verified yet” is pressed"))


async def _leads(film: Film) -> None:
    chen, daughter = film.town.chen, film.town.daughter
    await film.says(chen, "/me")
    await film.press(chen, "me_help", "helper_team")
    film.shot(chen, ("我的队伍", "My teams"), ("点「队伍」", "“Team” is pressed"))
    await film.press(chen, "team_new")
    film.shot(chen, ("起个名字", "A name"), ("点「建一个队」", "“Make a team” is pressed"))
    await film.says(chen, "三栋修理队", "Building 3 repairs")
    film.shot(chen, ("建好了", "Made"), ("写了名字", "the name is written"))
    await film.press(chen, "team_invite")
    film.shot(chen, ("邀请", "The invitation"), ("点「请人进队」", "“Invite somebody” is pressed"))
    await film.press(chen, "copy_link")
    await film.does(daughter.opens(chen.person.clipboard or ""))
    film.shot(daughter, ("请您进队", "Would you join?"), ("点开链接", "the link is opened"))
    await film.press(daughter, "team_join")
    film.shot(daughter, ("进队了", "In the team"), ("点「进队」", "“Join” is pressed"))
    film.shot(chen, ("队长也知道", "The leader hears it"), ("同一时刻", "at the same moment"))


async def _takes(film: Film) -> None:
    """王阿姨 asks; the leader asks the team first, then takes it himself."""
    rosa, chen, daughter = film.town.rosa, film.town.chen, film.town.daughter
    await film.press(rosa, "menu_order")
    await film.tap(rosa, BULB, ("明天", "tomorrow"))
    await film.press(rosa, "order_part_any", "order_send")
    await film.press(film.town.dan, "order_staff_verify")
    await film.says(chen, "/claim")
    film.shot(chen, ("可以接的", "What is open"), ("点「去帮忙」", "“Lend a hand” is pressed"))
    await film.tap(chen, ("请队友去", "Ask my team"))
    film.shot(chen, ("请哪位队友", "Whom to ask"), ("点「请队友去」", "“Ask my team” is pressed"))
    await film.tap(chen, DAUGHTER)
    film.shot(chen, ("问了", "Asked"), ("点一位队友", "one of the team is tapped"))
    film.shot(daughter, ("队长请您去", "The leader asks"), ("队友看到", "what they see"))
    await film.press(daughter, "team_no")
    film.shot(daughter, ("这次不去", "Not this time"), ("点「去不了」", "“I cannot” is pressed"))
    film.shot(chen, ("队友去不了", "They cannot"), ("队长看到", "what the leader sees"))
    await film.says(chen, "/claim")
    await film.tap(chen, ("接第 1 件", "Take 1"))
    film.shot(chen, ("接好了", "Taken"), ("点「接第 1 件」", "“Take 1” is pressed"))
    await film.says(chen, "/claim")
    film.shot(chen, ("我接的", "What I took"), ("再点「去帮忙」", "“Lend a hand” again"))


async def _is_trusted(film: Film) -> None:
    chen, dan = film.town.chen, film.town.dan
    await film.says(dan, "/talent 水电", "/talent repairs")
    await film.tap(dan, CHEN)
    await film.press(dan, "helper_verify")
    film.shot(dan, ("核实好了", "Verified"), ("点「核实身份」", "“Verify the person” is pressed"))
    film.shot(chen, ("核实了身份", "You are known"), ("本人看到", "what they see"))
    await film.press(dan, "talent_open")
    await film.tap(dan, ("核实：水电维修", "Verify: Repairs"))
    film.shot(chen, ("核实了手艺", "The skill is checked"), ("本人看到", "what they see"))
    await film.press(dan, "talent_open", "helper_suspend")
    film.shot(dan, ("为什么暂停", "Why?"), ("点「暂停」", "“Suspend” is pressed"))
    await film.press(dan, "suspend_missed")
    film.shot(dan, ("暂停了", "Suspended"), ("选了原因", "a reason is tapped"))
    film.shot(chen, ("先停一停", "A pause"), ("本人看到", "what they see"))
    await film.says(chen, "/claim")
    film.shot(chen, ("暂停的时候", "While it lasts"), ("点「去帮忙」", "“Lend a hand” is pressed"))
    await film.says(dan, "/talent 水电", "/talent repairs")
    await film.tap(dan, CHEN)
    await film.press(dan, "helper_lift")
    film.shot(dan, ("恢复了", "Again"), ("点「恢复」", "“Let help again” is pressed"))
    film.shot(chen, ("欢迎回来", "Welcome back"), ("本人看到", "what they see"))


async def _leaves(film: Film) -> None:
    chen, daughter = film.town.chen, film.town.daughter
    await film.says(chen, "/me")
    await film.press(chen, "me_help", "helper_leave")
    film.shot(chen, ("先不帮了吗", "Stop for now?"), ("点「先不帮了」", "“Stop for now” is pressed"))
    await film.press(chen, "helper_leave_yes")
    film.shot(chen, ("谢谢您", "Thank you"), ("点「是，先不帮了」", "“Yes, stop for now” is pressed"))
    film.shot(daughter, ("队伍归您带", "The team is yours"), ("队友看到", "what the team sees"))
    await film.press(daughter, "team_open")
    await film.tap(daughter, ("离开", "Leave"))
    film.shot(daughter, ("离开队伍", "Out of the team"), ("点「离开」", "“Leave” is pressed"))
