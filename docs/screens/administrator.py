"""Administrators: inviting, seeing and taking roles, withdrawing posters."""

from storage import posters

from .film import Film


async def play(film: Film) -> None:
    """Everything under 管理."""
    await _inviting(film)
    await _roles(film)
    await _posters(film)


async def _inviting(film: Film) -> None:
    ada, otto = film.town.ada, film.town.otto
    await film.does(ada.starts())
    await film.says(ada, "/admin")
    film.shot(ada, ("管理", "Administration"), ("点「管理」", "“Administration” is pressed"))
    await film.press(ada, "admin_invite")
    film.shot(ada, ("请谁加入", "Whom to invite"), ("点「邀请加入」", "“Invite” is pressed"))
    await film.tap(ada, ("网格员", "grid worker"))
    film.shot(ada, ("在哪里", "Where"), ("选了身份", "the role is chosen"))
    await film.says(ada, "没有的地方", "nowhere")
    film.shot(ada, ("没找到地点", "No such place"), ("地点不对", "there is no such place"))
    await film.does(ada.says("grid-3"))
    film.shot(ada, ("邀请谁", "Whom"), ("名单里有还没加入的人", "some on the list have not joined yet"))
    await film.tap(ada, "小孙")
    film.shot(ada, ("邀请链接", "The invitation"), ("选了一位", "somebody is chosen"))
    await film.press(ada, "copy_address")
    await film.does(otto.opens(ada.person.clipboard or ""))
    film.shot(otto, ("欢迎加入", "Welcome"), ("本人点开链接", "the link is opened"))
    await film.does(film.town.rosa.opens(ada.person.clipboard or ""))
    film.shot(film.town.rosa, ("邀请用过了", "Used already"), ("别人再点开", "somebody else opens it"))


async def _roles(film: Film) -> None:
    ada, wei = film.town.ada, film.town.wei
    await film.says(ada, "/admin")
    await film.press(ada, "admin_roles")
    film.shot(ada, ("看哪个地点", "Which place"), ("点「谁负责什么」", "“Who does what” is pressed"))
    await film.does(ada.says("grid-1"))
    film.shot(ada, ("谁负责这里", "Who does what here"), ("选了地点", "the place is chosen"))
    await film.tap(ada, ("小魏", "Wei"))
    film.shot(ada, ("收回吗", "Take it away?"), ("点了一位", "somebody is tapped"))
    await film.press(ada, "take_yes")
    film.shot(ada, ("收回了", "Taken away"), ("点「收回」", "“Take it away” is pressed"))
    film.shot(wei, ("职务收回", "The role has ended"), ("本人看到", "what that person sees"))


async def _posters(film: Film) -> None:
    town, ada = film.town, film.town.ada
    place = town.app.ledger.directory.by_code["jx-3-2"]
    async with town.app.database.writing() as connection:
        await posters.ensure(connection, [place.id], town.clock.now())
    await film.says(ada, "/admin")
    await film.press(ada, "admin_posters")
    await film.does(ada.says("jx-3"))
    film.shot(ada, ("海报", "Posters"), ("点「海报二维码」，选了地点", "“Poster codes” is pressed, and a place"))
    await film.press(ada, "posters_withdraw")
    film.shot(ada, ("作废了", "Withdrawn"), ("点「作废这些二维码」", "“Withdraw these codes” is pressed"))
