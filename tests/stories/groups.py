"""What stories in groups begin with: a group that an administrator has bound, and people who help."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from simulator.group import Group
from simulator.phone import Phone
from storage import groups, orders, people, schema
from storage.changes import ChangeSet
from storage.ids import new_id
from storage.orders import Wish
from storage.rules.groups import Purpose
from storage.work import Work
from tests.town import Town

from .chat import go

LABELS = {Purpose.STAFF: "网格员群", Purpose.VOLUNTEERS: "志愿者群", Purpose.NEIGHBOURS: "邻居群"}
HOME = "jx-3-2"


async def bound(town: Town, purpose: Purpose, *members: Phone, at: str = "xfl", **about: Any) -> Group:
    """A group of 艾达 and others where the bot has said hello, bound to a place."""
    group = town.sim.group("一个群", town.ada, *members, **about)
    await town.settle()

    async def bind(work: Work) -> None:
        work.person = {**(work.person or {}), "language": "zh-CN"}
        place_id, work.chat_id = work.directory.by_code[at].id, group.id
        await groups.bind(work, place_id, purpose, is_forum=group.chat.is_forum)

    await acts(town, town.ada, bind)
    assert groups.bound((await fresh(town)).directory, group.id, purpose) is not None
    return group


async def binds(town: Town, purpose: Purpose, *members: Phone, at: str = "幸福里社区", **about: Any) -> Group:
    """The same with the buttons in the group."""
    await chinese(town, town.ada)
    group = town.sim.group("一个群", town.ada, *members, **about)
    ada = town.ada.in_group(group)
    await go(town, ada.says("/bind"), ada.presses(LABELS[purpose]))
    for place in (*PATH, *(() if at in PATH else (at,))):
        await go(town, ada.presses(place))
    await go(town, ada.presses(f"就是{at}"), ada.presses("对，就这样"))
    return group


PATH = ("青禾区", "望湖街道", "幸福里社区")


async def fresh(town: Town) -> Any:
    """The ledger with the structure as it is now."""
    await town.app.ledger.refresh()
    return town.app.ledger


async def volunteers(town: Town, *phones: Phone) -> None:
    """Register helpers of the community, verified and free at any time."""
    ledger = await fresh(town)
    place_id = ledger.directory.by_code["xfl"].id
    changes, now = ChangeSet(), town.clock.now()
    found = await people.by_telegram_ids(ledger, [phone.id for phone in phones])
    for phone in phones:
        person_id = found[phone.id]["id"] if phone.id in found else new_id(now)
        if phone.id not in found:
            values = {"telegram_id": phone.id, "name": phone.person.first_name, "language": "zh-CN"}
            changes.insert(schema.person, id=person_id, created_at=now, consented_at=now, **values)
        held = {one["role"] for one in await people.grants_of(ledger, [person_id])}
        if "volunteer" not in held:
            role = {"role": "volunteer", "place_id": place_id, "granted_at": now}
            changes.insert(schema.role_grant, id=new_id(now), person_id=person_id, **role)
        row = {"registered_at": now, "verified_at": now}
        changes.insert(schema.helper, id=new_id(now), person_id=person_id, **row)
    await town.commit(changes)


async def chinese(town: Town, *phones: Phone) -> None:
    """Let them read Chinese, whatever the sample says."""
    for phone in phones:
        await go(town, phone.says("/lang"), phone.presses("中文"))


async def agrees(town: Town, phone: Phone) -> None:
    """Come to the bot for the first time, unless they have."""
    if not phone.received:
        await go(town, phone.says("/start"), phone.presses("同意，继续"))


async def acts(town: Town, who: Phone, act: Any) -> Any:
    """Let somebody decide something at a desk of their own, as a handler would."""
    ledger = await fresh(town)
    work = Work.for_clock(ledger, town.clock.now())
    work.person = (await people.by_telegram_ids(ledger, [who.id]))[who.id]
    work.grants = await people.grants_of(ledger, [work.person["id"]])
    work.telegram_id = work.chat_id = who.id
    result = await act(work)
    await town.commit(work.finish())
    await town.settle()
    return result


async def order(town: Town, *, wanted: int = 1, hours: float = 8, by: Phone | None = None, **values: Any) -> int:
    """A request of a neighbour, checked and let out; gives back the ticket's id."""
    asker = by or town.rosa
    await agrees(town, asker)
    ledger = await fresh(town)
    home = ledger.directory.by_code[HOME].id

    async def post(work: Work) -> dict[str, Any]:
        me = (await people.by_telegram_ids(ledger, [asker.id]))[asker.id]["id"]
        wish = {"words": "灯泡坏了，我姓王，电话 19900001111", "place_id": home, "room": "302", "wanted": wanted}
        ends_at = town.clock.now() + timedelta(hours=hours)
        return await orders.post(work, Wish(owner_id=me, filed_by_id=me, ends_at=ends_at, **{**wish, **values}))

    ticket = await acts(town, asker, post)

    async def verify(work: Work) -> None:
        row = await ledger.get(schema.ticket, ticket["id"])
        await orders.verify(work, dict(row))

    await acts(town, town.dan, verify)
    return int(ticket["id"])


async def rows(town: Town, table: sa.Table, *where: Any) -> list[Mapping[str, Any]]:
    """The rows of a table, oldest first."""
    return await town.app.ledger.all(sa.select(table).where(*where).order_by(table.c.id))


def said(group: Group) -> list[str]:
    """What the bot said in a group."""
    return [one.text for one in group.messages if one.text and one.body["from"].get("username") == "linli_bot"]


def card(group: Group) -> str:
    """What it said last."""
    return said(group)[-1]
