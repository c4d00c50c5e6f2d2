"""48: somebody asks for their data, then for its deletion: nothing of them is left in any table, payload or file."""

import zipfile
from io import BytesIO

import pytest

from simulator.phone import Phone
from storage import schema
from storage.changes import ChangeSet
from storage.keeping import sweeping
from storage.media import PARTS
from storage.rules.press import press
from tests.stories.chat import go, person, reports, tickets
from tests.town import Town

from .life import MARKS, VOICE, Life, lived
from .marks import files_with, finish, places_of, sweep

pytestmark = pytest.mark.slow


def own_file(town: Town, phone: Phone) -> zipfile.ZipFile:
    """The file that came into a chat."""
    document = next(one.body["document"] for one in reversed(phone.messages) if "document" in one.body)
    file = town.sim.world.files.get(document["file_id"])
    assert file is not None
    return zipfile.ZipFile(BytesIO(file.data))


async def leaves(town: Town, phone: Phone) -> None:
    """Ask, be asked twice, and go."""
    await go(town, phone.says("/privacy"), phone.presses("删除我的数据"), phone.presses("继续删除"))
    await go(town, phone.presses("全部删除"))


async def sweep_all(town: Town) -> None:
    """Delete also what no row names."""
    await sweep(town)
    for part in range(PARTS):
        await sweeping.orphans(town.app.ledger, town.app.store, part)


async def nothing_of(town: Town, life: Life) -> None:
    """No mark of hers in any column of any table in which people stand, no picture or voice in any file."""
    assert await places_of(town.app.database, list(MARKS)) == []
    assert files_with(town.settings.media_path, [VOICE, life.picture[-40:], "胰岛素".encode()]) == []


async def test_48_it_leaves_nothing_of_who_asks_for_deletion(any_town: Town) -> None:
    town = any_town
    life = await lived(town)
    before = await places_of(town.app.database, list(MARKS))
    told_in = {one.partition(".")[0] for one in before}
    assert {"person", "ticket", "history", "follower", "inbox", "outbox", "conversation"} <= told_in
    assert {"booking", "paper", "waiting"} <= told_in
    assert len(files_with(town.settings.media_path, [VOICE])) == 1
    await leaves(town, life.rosa)
    assert life.rosa.shows("您的数据正在删除")
    await finish(town)
    await sweep_all(town)
    await nothing_of(town, life)
    for phone in (town.wei, town.li, town.dan, town.chen):
        assert [mark for mark in MARKS if any(mark in (one.text or "") for one in phone.received)] == [], phone.screen()


async def test_48_it_hands_over_everything_and_nothing_of_others(town: Town) -> None:
    life = await lived(town)
    await go(town, life.rosa.says("我的数据"))
    archive = own_file(town, life.rosa)
    data, page = (archive.read(name).decode() for name in ("data.json", "index.html"))
    assert [mark for mark in MARKS if mark not in data] == []
    assert [mark for mark in MARKS if mark not in page] == []
    contents = [archive.read(name) for name in archive.namelist()]
    assert VOICE in contents
    assert any(content.startswith(b"\xff\xd8") for content in contents)
    assert [name for name in ("小魏", "丹姐", "老李", "陈叔", "小王", "好几天了") if name in data + page] == []
    assert "网格员" in page


async def test_it_hands_it_over_in_english_and_to_their_own_chat_only(town: Town) -> None:
    rosa = town.rosa
    await reports(town, rosa, "3栋2单元楼道灯坏了")
    await go(town, rosa.says("/lang"), rosa.presses("English"), rosa.says("/privacy"), rosa.presses("My data"))
    assert "Your data" in own_file(town, rosa).read("index.html").decode()
    row = await person(town, rosa)
    changes = ChangeSet()
    values = {"id": 1, "priority": 1, "due_at": town.clock.now(), "created_at": town.clock.now()}
    values |= {"chat_id": town.otto.id, "person_id": row["id"], "method": "export", "params": {}, "state": "queued"}
    changes.insert(schema.outbox, **values)
    await town.commit(changes)
    await town.advance(seconds=2)
    assert not any("document" in one.body for one in town.otto.messages)


async def test_it_meets_a_stranger_afterwards(town: Town) -> None:
    life = await lived(town)
    former = await person(town, life.rosa)
    await leaves(town, life.rosa)
    await go(town, life.rosa.says("3栋2单元门禁坏了"))
    assert life.rosa.shows("您同意吗")
    assert (await person(town, life.rosa))["id"] != former["id"]
    await go(town, life.rosa.presses("同意，继续"), life.rosa.presses("报上去"))
    await finish(town)
    (mine,) = [
        row for row in await tickets(town) if row["owner_id"] != former["id"] and row["words"] == "3栋2单元门禁坏了"
    ]
    assert life.rosa.shows("门禁坏了")
    assert (mine["anonymised_at"], mine["state"]) == (None, "offered")


async def test_it_leaves_what_is_counted(town: Town) -> None:
    life = await lived(town)
    before = {row["id"]: row for row in await tickets(town)}
    await leaves(town, life.rosa)
    await finish(town)
    rated = next(row for row in await tickets(town) if row["stars"] is not None)
    was = before[rated["id"]]
    for name in ("kind", "created_at", "accepted_at", "done_at", "closed_at", "stars", "assignee_id", "number"):
        assert rated[name] == was[name]
    place = town.app.ledger.directory.places[rated["place_id"]]
    assert (place.level, rated["anonymised_at"]) == ("building", town.clock.now()) or place.level == "building"
    lines = await town.app.ledger.all(schema.history.select().where(schema.history.c.ticket_id == rated["id"]))
    assert {"created", "accepted", "asked", "answered", "finished", "confirmed", "rated"} <= {
        line["event"] for line in lines
    }


async def test_it_withdraws_what_is_open_and_tells_those_who_work_on_it(town: Town) -> None:
    await reports(town, town.rosa, "3栋2单元楼道灯坏了")
    await go(town, town.wei.presses("接单"), town.rosa.says("删除我的数据"))
    assert "1 件事在办" in town.rosa.last.text
    await go(town, town.rosa.presses("继续删除"), town.rosa.presses("全部删除"))
    assert "不再使用邻里" in town.wei.shows("撤回了").text
    (row,) = await tickets(town)
    assert (row["state"], row["closed_how"]) == ("withdrawn", "withdrawn")
    await finish(town)
    assert not town.wei.sees("楼道灯坏了")


async def test_it_tells_the_family_and_parts_them(town: Town) -> None:
    life = await lived(town)
    await leaves(town, life.rosa)
    assert town.daughter.shows("已经和 王阿姨 不再关联")
    await finish(town)
    await go(town, town.daughter.presses("👤 我"), town.daughter.presses("家人"))
    assert not any("王阿姨" in one for one in town.daughter.buttons)


async def test_it_never_orphans_a_danger(town: Town) -> None:
    await go(town, town.rosa.says("3栋2单元电梯里困了人，出不来"))
    await go(town, town.rosa.says("/privacy"), town.rosa.presses("删除我的数据"))
    assert town.rosa.alerts[-1].text.startswith("您有一件险情还没处理完")
    assert (await person(town, town.rosa))["erased_at"] is None


async def test_it_lets_staff_hand_over_first(town: Town) -> None:
    await go(town, town.wei.says("/privacy"), town.wei.presses("删除我的数据"))
    assert "请管理员先收回" in town.wei.alerts[-1].text
    row = await person(town, town.wei)
    await go(town, town.wei.forges(press("leave_yes", int(town.clock.now().timestamp()) + 60), town.wei.last.id))
    assert await person(town, town.wei) == row


async def test_it_deletes_nothing_by_an_old_button_or_half_a_yes(town: Town) -> None:
    await reports(town, town.rosa, "3栋2单元楼道灯坏了")
    await go(town, town.rosa.says("/privacy"), town.rosa.presses("删除我的数据"), town.rosa.presses("继续删除"))
    await town.advance(minutes=11)
    await go(town, town.rosa.presses("全部删除"))
    assert town.rosa.shows("没有删除")
    await go(town, town.rosa.says("删除我的数据"), town.rosa.presses("不删了"))
    assert town.rosa.shows("什么都没有删")
    assert (await person(town, town.rosa))["name"] == "王阿姨"


async def test_it_says_nothing_more_where_nothing_can_be_deleted_any_more(town: Town) -> None:
    """After 48 hours Telegram deletes no message, but words are edited until they say nothing."""
    life = await lived(town)
    await town.advance(days=3)
    assert town.wei.sees("胰岛素")
    await leaves(town, life.rosa)
    await finish(town)
    assert not town.wei.sees("胰岛素")
    assert town.wei.shows("这条内容已按规定删除")
