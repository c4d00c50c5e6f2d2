"""What the stories of people who help share: a Chinese-speaking helper, a unit, a request that is out, and done."""

from datetime import timedelta
from typing import Any

from simulator.phone import Phone
from storage import claims, orders, schema, tickets
from storage.handling import Ticket
from storage.orders import Wish
from storage.people import grants_of
from storage.work import Work
from tests.town import Town

from .chat import go, person


async def in_chinese(town: Town, phone: Phone) -> Phone:
    """Somebody who reads Chinese from now on."""
    await go(town, phone.says("/lang"), phone.presses("中文"))
    return phone


async def comes_home(town: Town, phone: Phone) -> None:
    """双报到 at the hospital, which its contact confirms."""
    await go(town, phone.says("/me"), phone.presses("我的岗位"), phone.presses("我的单位"))
    await go(town, phone.presses("青禾区人民医院"), town.nurse.presses("是我们的人"))


async def at_desk(town: Town, phone: Phone | None) -> Work:
    """A desk at which somebody decides, or nobody."""
    work = Work.for_clock(town.app.ledger, town.clock.now())
    if phone is not None:
        work.person = await person(town, phone)
        work.grants = await grants_of(town.app.ledger, [work.person["id"]])
    return work


async def done_at(town: Town, work: Work) -> None:
    """Commit what was decided at a desk."""
    await town.commit(work.finish())
    await town.settle()


async def asks(town: Town, **values: Any) -> int:
    """王阿姨 needs a bulb changed, 丹姐 has checked it, and it is out; gives back the ticket's id."""
    await go(town, town.rosa.says("/start"))
    owner, ledger = await person(town, town.rosa), town.app.ledger
    wish = {"owner_id": owner["id"], "filed_by_id": owner["id"], "words": "灯泡坏了"}
    wish |= {"errand_id": ledger.directory.helping.by_code["bulb"].id, "minutes": 20}
    wish |= {"place_id": ledger.directory.by_code["jx-3-2"].id, "ends_at": town.clock.now() + timedelta(hours=6)}
    work = await at_desk(town, None)
    ticket = await orders.post(work, Wish(**(wish | values)))
    await done_at(town, work)
    await decides(town, town.dan, ticket["id"], orders.verify)
    return int(ticket["id"])


async def decides(town: Town, phone: Phone | None, ticket_id: int, act: Any) -> None:
    """Let somebody, or the clock, do something to a ticket."""
    work = await at_desk(town, phone)
    await act(work, await ticket_of(town, ticket_id))
    await done_at(town, work)


async def ticket_of(town: Town, ticket_id: int) -> Ticket:
    """A ticket as it stands."""
    found = await tickets.by_id(town.app.ledger, ticket_id)
    assert found is not None
    return found


async def helps(town: Town, phone: Phone, ticket_id: int, *, is_confirmed: bool = True) -> None:
    """Somebody takes a request and does it; 王阿姨 says that it is done."""
    await decides(town, phone, ticket_id, claims.claim)
    await decides(town, phone, ticket_id, claims.done)
    if is_confirmed:
        await decides(town, town.rosa, ticket_id, claims.confirm)


async def holdings(town: Town) -> list[Any]:
    """Every seat of a post that was ever taken."""
    return await town.app.ledger.all(schema.post_holding.select().order_by(schema.post_holding.c.id))
