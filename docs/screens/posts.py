"""Posts and units on double registration: a post for a term, a home unit, the record of a quarter."""

from .film import Film, Words

CARE: Words = ("关爱老人", "For old people")
PHONE: Words = ("手机辅导员", "Teaches the phone")
HOSPITAL: Words = ("青禾区人民医院", "Qinghe People’s Hospital")


async def play(film: Film) -> None:
    """薇拉 takes a post and comes home to the hospital, whose contact is the nurse."""
    await _taking(film)
    await _coming_home(film)
    await _recorded(film)
    await _ending(film)


async def _taking(film: Film) -> None:
    vera = film.town.vera
    await film.says(vera, "/me")
    await film.press(vera, "me_posts")
    film.shot(vera, ("我的岗位", "My posts"), ("点「我的岗位」", "“My posts” is pressed"))
    await film.press(vera, "post_find")
    film.shot(vera, ("哪一类", "Which kind"), ("点「看看岗位」", "“Find a post” is pressed"))
    await film.tap(vera, CARE)
    film.shot(vera, ("还缺几个人", "How many are wanted"), ("选了一类", "a kind is chosen"))
    await film.tap(vera, PHONE)
    film.shot(vera, ("一个岗位", "One post"), ("选了一个岗位", "a post is chosen"))
    await film.press(vera, "post_take")
    film.shot(vera, ("认领了", "It is yours"), ("点「认领」", "“Take it” is pressed"))
    await film.press(vera, "me_posts")
    await film.tap(vera, PHONE)
    film.shot(vera, ("我做的岗位", "A post of mine"), ("点自己的岗位", "one's own post is opened"))
    await film.press(vera, "post_give")
    film.shot(vera, ("真的不做了吗", "Really?"), ("点「不做了」", "“Give it back” is pressed"))
    await film.press(vera, "back")


async def _coming_home(film: Film) -> None:
    vera, nurse = film.town.vera, film.town.nurse
    await film.press(vera, "back", "unit_mine")
    film.shot(vera, ("哪个单位", "Which unit"), ("点「我的单位」", "“My unit” is pressed"))
    await film.tap(vera, HOSPITAL)
    film.shot(vera, ("去问了", "It is asked"), ("选了单位", "a unit is chosen"))
    film.shot(nurse, ("是你们的人吗", "One of yours?"), ("单位联系人看到", "what the unit's contact sees"))
    await film.press(nurse, "unit_yes")
    film.shot(nurse, ("记下了", "Noted"), ("点「是我们的人」", "“Yes, one of us” is pressed"))
    film.shot(vera, ("登记好了", "Registered"), ("本人看到", "what the member sees"))
    await film.press(vera, "me_posts", "unit_mine")
    film.shot(vera, ("我的单位", "My unit"), ("再点「我的单位」", "“My unit” again"))
    await film.says(nurse, "/me")
    await film.press(nurse, "me_unit")
    film.shot(nurse, ("单位", "The unit"), ("联系人点「双报到单位」", "the contact presses “Units”"))
    await film.press(nurse, "unit_people")
    film.shot(nurse, ("单位的人", "Its people"), ("点「看人员」", "“People” is pressed"))


async def _recorded(film: Film) -> None:
    nurse = film.town.nurse
    await film.press(nurse, "back", "post_record")
    film.shot(nurse, ("哪个季度", "Which quarter"), ("点「服务记录」", "“Service record” is pressed"))
    await film.tap(nurse, ("2026年4季 PDF", "2026 Q4 PDF"))
    film.shot(nurse, ("服务记录", "The record"), ("选了季度", "a quarter is chosen"))


async def _ending(film: Film) -> None:
    vera = film.town.vera
    await film.later(steps=2, days=12.5)
    film.shot(vera, ("还差几次", "What is missing"), ("季度结束前两周", "two weeks before the quarter ends"))
    await film.press(vera, "me_posts")
    await film.tap(vera, PHONE)
    await film.press(vera, "post_give", "post_give_yes")
    film.shot(vera, ("让出来了", "Given back"), ("点「是的，不做了」", "“Yes” is pressed"))
