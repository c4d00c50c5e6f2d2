"""The checker finds what is wrong: every kind of violation is planted into what a real story left, and is seen."""

import asyncio
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from simulator.group import Group
from simulator.phone import Phone
from storage import schema
from storage.rules.groups import Purpose
from tests.stories import asking, groups
from tests.town import Town, a_town

from . import announcing, booking, facts, ordering, residents, workers
from .answers import Answers
from .book import Book
from .booking import Wish
from .checks import CHECKS, violations
from .eyes import Eyes
from .facts import Facts
from .person import Person, data_of
from .residents import Report
from .run import standing
from .sides import Sqlite

RESIDENT, WEI = 10_001, 2001
ADDRESS = "锦绣家园3栋2单元"


@dataclass
class Story:
    """What the story left: a database, the book of deeds, and what was seen."""

    folder: Path
    book: Book
    eyes: Eyes
    now: int
    groups: Mapping[tuple[int, int], tuple[str, list[str]]]

    def facts(self, plant: str = "") -> Facts:
        """Everything the checker looks at, after some rows were spoilt."""
        if plant:
            with closing(sqlite3.connect(self.folder / "linli.sqlite3", isolation_level=None)) as connection:
                assert connection.execute(plant).rowcount > 0
        found = asyncio.run(facts.load(Sqlite(self.folder).rows, self.now))
        found.shelf, found.groups = self.eyes.shelf, self.groups
        found.book, found.said, found.handed = self.book, list(self.eyes.said), frozenset(self.eyes.handed)
        return found


def microseconds(town: Town) -> int:
    return int(town.clock.now().timestamp() * 1_000_000)


def button(who: Person, prefix: str) -> tuple[int, str]:
    """The newest button that begins like this: its message and its data."""
    return next((one.id, data) for one in who.newest() for data in data_of(one) if data.startswith(prefix))


async def tell(town: Town, book: Book) -> Group:
    """One matter from the sentence to the rating, with a question, an answer and pictures; another is under way.

    And a notice to the staff, which one of them has read; a visit that is booked, and a time that is only kept; what
    neighbours were asked for (`_help`). Gives back the group of those who help.
    """

    def somebody(phone: Phone) -> Person:
        return Person(phone, f"calm:{phone.id}", book, Answers())

    resident, wei = somebody(town.sim.person(f"住{RESIDENT}", user_id=RESIDENT)), somebody(town.wei)
    for words in ("楼道灯坏了", "电梯停了"):
        await residents.report(resident, Report(words, ADDRESS, photos=1))
        await town.settle()
        message_id, data = button(wei, "accept:")
        assert await workers.take(wei, message_id, data.partition(":")[2])
        await town.settle()
    message_id, data = button(wei, "finish:")
    ticket = data.partition(":")[2]
    await workers.ask(wei, message_id, ticket)
    await town.settle()
    await residents.add(resident, *button(resident, "answer:"))
    await workers.finish(wei, message_id, ticket)
    await town.settle()
    await residents.judge(resident, button(resident, f"yes:{ticket}")[0], ticket)
    await town.settle()
    for is_abandoned in (False, True):
        await booking.book(resident, Wish("老年证", "at_home", ADDRESS, is_abandoned=is_abandoned))
        await town.settle()
    await announcing.announce(somebody(town.dan), "xfl", has_receipt=True, audience="staff")
    for _ in range(3):
        await town.advance(seconds=1)
    message_id, data = button(wei, "notice_got:")
    await announcing.read(wei, message_id, data.partition(":")[2])
    await town.settle()
    return await _help(town, resident, somebody)


async def _help(town: Town, resident: Person, somebody: Callable[[Phone], Person]) -> Group:
    """A neighbour helped, has points for it and exchanged some; another request is open, and the group knows both."""
    async with town.app.database.writing() as connection:
        await connection.execute(schema.reward.update().values(price=5))
    await asking.helps(town, town.vera)
    group = await groups.bound(town, Purpose.VOLUNTEERS, town.vera)
    li, vera = somebody(town.li), somebody(town.vera)
    for is_done in (True, False):
        await ordering.ask(resident, ordering.Wish("想请邻居帮我换个灯泡", ADDRESS))
        await town.settle()
        message_id, data = button(li, "overify:")
        ticket = data.partition(":")[2]
        await ordering.check(li, message_id, ticket)
        await town.settle()
        acts = ((vera, "oclaim:"), (vera, "odone:"), (resident, "yes:")) if is_done else ()
        for who, verb in acts:
            await ordering.press(who, *button(who, f"{verb}{ticket}"))
            await town.settle()
    await town.advance(seconds=2)
    await ordering.exchange(vera)
    await town.settle()
    return group


async def live(folder: Path) -> Story:
    async with a_town(folder, f"sqlite:///{folder}/linli.sqlite3") as town:
        book, eyes = Book(), Eyes(town.sim, Sqlite(folder))
        await eyes.open()
        group = await tell(town, book)
        await eyes.look(microseconds(town))
        return Story(folder, book, eyes, microseconds(town), standing([group]))


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Story:
    return asyncio.run(live(tmp_path_factory.mktemp("story")))


@pytest.fixture
def story(once: Story, tmp_path: Path) -> Story:
    shutil.copytree(once.folder, tmp_path, dirs_exist_ok=True)
    return replace(once, folder=tmp_path)


def named(found: list[str]) -> set[str]:
    return {line.partition(":")[0] for line in found}


def test_it_finds_nothing_wrong_with_a_story(story: Story) -> None:
    found = story.facts()
    assert violations(found) == []
    assert len(found.tickets) == 5
    assert len(found.tables["redemption"]) == 1
    assert len(found.tables["group_card"]) == 2
    assert len(found.tables["hold"]) == len(found.tables["booking"]) == 1
    assert story.book.granted
    assert not story.eyes.leaks


WAITS = (
    "INSERT INTO waiting (id, person_id, owner_id, service_id, way, from_at, until_at, draft, created_at, version, "
    "state, hold_id) SELECT 1, (SELECT min(id) FROM person), (SELECT min(id) FROM person), service_id, way, 1, 1, "
    "'{}', 1, 1,"
)
ROWS = {
    "no lane is stuck": "UPDATE inbox SET state = 'new' WHERE id = (SELECT max(id) FROM inbox)",
    "nothing is set aside": "UPDATE inbox SET state = 'set_aside' WHERE id = (SELECT max(id) FROM inbox)",
    "what was acknowledged is kept": "DELETE FROM inbox WHERE id = (SELECT max(id) FROM inbox)",
    "every history is a legal chain": "DELETE FROM history WHERE event = 'answered'",
    "one owner": "UPDATE ticket SET assignee_id = NULL WHERE state = 'accepted'",
    "what a ticket says of itself is in its history": "UPDATE ticket SET closed_at = NULL WHERE state = 'closed'",
    "followers join once": "INSERT INTO follower (id, ticket_id, person_id, words, joined_at, version) "
    "SELECT 1, id, owner_id, '', 1, 1 FROM ticket WHERE state = 'accepted' LIMIT 1",
    "deeds took effect, once": "INSERT INTO history (id, ticket_id, at, actor_id, event, old_state, new_state) "
    "SELECT 1, ticket_id, at, actor_id, event, old_state, new_state FROM history WHERE event = 'confirmed' LIMIT 1",
    "words are there once": "UPDATE history SET why = NULL WHERE event = 'answered'",
    "pictures are there once": "DELETE FROM attachment WHERE purpose = 'report'",
    "each reminder once, none forgotten": "UPDATE reminder SET due_at = 1 WHERE state = 'scheduled'",
    "a notice reaches whom it is for, once a round": "UPDATE notice_recipient SET read_at = 1 WHERE read_at IS NULL",
    "no reminder failed": "INSERT INTO audit (id, at, what) VALUES (1, 1, 'reminder_failed')",
    "nothing waits to be said": "UPDATE outbox SET state = 'sending' WHERE id = (SELECT max(id) FROM outbox)",
    "nothing is given up without need": "UPDATE outbox SET state = 'failed', error = '500 trouble' "
    "WHERE id = (SELECT max(id) FROM outbox)",
    "each place of a request has one winner": "INSERT INTO claim (id, ticket_id, person_id, seat, state, claimed_at) "
    "SELECT 1, id, owner_id, 1, 'held', 1 FROM ticket WHERE state = 'closed' AND kind <> 'order'",
    "a time belongs to who has it, and to nobody else": "UPDATE booking_cell SET cell = cell + 1000",
    "no hold outlives its time": "UPDATE hold SET until = 1",
    "nobody who waits is forgotten": f"{WAITS} 'waiting', NULL FROM booking",
    "what was booked comes to an end, or the clock knows when": "UPDATE reminder SET state = 'cancelled'",
    "numbers are called in their order, one each": "UPDATE booking SET queue_day = 20261123, queue_number = 2",
    "originals are back when a matter is done": "INSERT INTO paper (id, ticket_id, kind, made_by, made_at, version) "
    "SELECT 1, id, 'taken', owner_id, 1, 1 FROM ticket WHERE state = 'closed' LIMIT 1",
    "a shift is asked for once at a time": "INSERT INTO shift_change "
    "(id, rule_id, day, holder_id, taker_id, asked_by, state, asked_at, answered_at, version) "
    "SELECT 1, (SELECT min(id) FROM duty_rule), 20261124, min(id), max(id), min(id), 'asked', 1, 1, 1 FROM person",
    "no more come than are wanted": "UPDATE help_order SET wanted = wanted - 1",
    "a request comes to an end, or the clock knows when": "DELETE FROM reminder",
    "nobody who is suspended is asked, or has anything to do": "UPDATE helper SET suspended_at = 1",
    "the ledger of points balances": "UPDATE posting SET amount = amount + 1 WHERE id = (SELECT min(id) FROM posting)",
    "nobody has less than no points, or more than what is left of them": "UPDATE transfer SET unspent = unspent + 1",
    "points come of what was confirmed, once": "DELETE FROM history WHERE event = 'confirmed'",
    "what was exchanged is gone from the shelf": "UPDATE reward SET stock = stock + 1",
    "cards in groups say what is so": "UPDATE ticket SET state = 'accepted' WHERE kind = 'order' AND state = 'offered'",
    "what is recorded as sent was sent": "UPDATE outbox SET telegram_message_id = 999999 "
    "WHERE id = (SELECT max(id) FROM outbox WHERE telegram_message_id IS NOT NULL)",
}
MORE_ROWS = [
    ("a request comes to an end, or the clock knows when", "UPDATE help_order SET ends_at = 1"),
    ("the ledger of points balances", "UPDATE account SET balance = balance + 1"),
    ("nobody has less than no points, or more than what is left of them", "UPDATE transfer SET owed = -1"),
    (
        "points come of what was confirmed, once",
        "UPDATE transfer SET person_id = (SELECT min(id) FROM person WHERE id NOT IN "
        "(SELECT person_id FROM claim UNION SELECT owner_id FROM ticket))",
    ),
    ("points come of what was confirmed, once", "UPDATE history SET event = 'revoked' WHERE event = 'verified'"),
    ("what was exchanged is gone from the shelf", "UPDATE redemption SET state = 'cancelled'"),
    ("cards in groups say what is so", "DELETE FROM group_card"),
    (
        "cards in groups say what is so",
        "UPDATE ticket SET state = 'withdrawn' WHERE kind = 'order' AND state = 'closed'",
    ),
    ("a time belongs to who has it, and to nobody else", "DELETE FROM booking_cell"),
    ("a time belongs to who has it, and to nobody else", "UPDATE booking_cell SET holder_id = 1"),
    ("nobody who waits is forgotten", f"{WAITS} 'offered', 1 FROM booking"),
    ("nobody who waits is forgotten", f"{WAITS} 'taken', (SELECT id FROM hold) FROM booking"),
    (
        "a notice reaches whom it is for, once a round",
        "UPDATE notice_recipient SET state = 'waiting' WHERE read_at IS NOT NULL",
    ),
    ("words are there once", "UPDATE notice SET words = ''"),
    ("every history is a legal chain", "UPDATE ticket SET state = 'waiting' WHERE state = 'accepted'"),
    ("every history is a legal chain", "UPDATE history SET old_state = 'offered' WHERE event = 'confirmed'"),
    ("one owner", "UPDATE offer SET state = 'open'"),
    ("one owner", "UPDATE ticket SET assignee_id = owner_id WHERE state = 'accepted'"),
    ("what a ticket says of itself is in its history", "UPDATE ticket SET stars = 4 WHERE state = 'accepted'"),
    ("deeds took effect, once", "DELETE FROM history WHERE event = 'confirmed'"),
    ("words are there once", "UPDATE ticket SET words = (SELECT max(words) FROM ticket)"),
    ("words are there once", "UPDATE ticket SET words = ''"),
    (
        "each reminder once, none forgotten",
        "UPDATE reminder SET state = 'fired', fired_at = due_at - 1 WHERE state = 'scheduled'",
    ),
    (
        "each reminder once, none forgotten",
        "INSERT INTO history (id, ticket_id, at, event, old_state, new_state) "
        "SELECT 1, id, 1, 'ask_expired', 'waiting', 'accepted' FROM ticket LIMIT 1",
    ),
    ("nothing waits to be said", "UPDATE outbox SET state = 'held', due_at = 1"),
    ("nothing is given up without need", "UPDATE outbox SET state = 'unknown' WHERE priority < 3"),
]


@pytest.mark.parametrize(("name", "plant"), [*ROWS.items(), *MORE_ROWS])
def test_it_sees_what_is_wrong_with_the_rows(story: Story, name: str, plant: str) -> None:
    assert name in named(violations(story.facts(plant)))


def doubled_number(found: Facts) -> None:
    found.tables = {**found.tables, "ticket": [*found.tickets, found.tickets[0]]}


def doubled_booking(found: Facts) -> None:
    found.tables = {**found.tables, "booking": [*found.tables["booking"], found.tables["booking"][0]]}


def doubled_reminder(found: Facts) -> None:
    found.tables = {**found.tables, "reminder": [*found.tables["reminder"], found.tables["reminder"][0]]}


def said_again(found: Facts) -> None:
    found.said.append(replace(found.said[-1], message_id=999_999))


def told_twice(found: Facts) -> None:
    (notice,) = found.tables["notice"]
    arrived = next(one for one in reversed(found.said) if notice["words"] in one.text and one.chat_id == WEI)
    found.said.append(replace(arrived, message_id=999_999))


def told_in_a_log(found: Facts) -> None:
    found.logs = f"somebody said {next(iter(found.book.words))}"


def told_to_a_stranger(found: Facts) -> None:
    found.leaks.append("somebody read it")


@pytest.mark.parametrize(
    ("name", "plant"),
    [
        ("one number each", doubled_number),
        ("nobody has a time twice, or two at once", doubled_booking),
        ("each reminder once, none forgotten", doubled_reminder),
        ("nothing is said again without need", said_again),
        ("a notice reaches whom it is for, once a round", told_twice),
        ("nothing of anybody stands in a log", told_in_a_log),
        ("only the entitled read it", told_to_a_stranger),
    ],
)
def test_it_sees_what_is_wrong_beside_the_rows(story: Story, name: str, plant: Callable[[Facts], None]) -> None:
    found = story.facts()
    plant(found)
    assert name in named(violations(found))


def test_it_bears_a_copy_of_what_nobody_could_know_to_have_arrived(story: Story) -> None:
    found = story.facts()
    found.said.append(replace(found.said[0], message_id=999_999, fault="drop"))
    assert not violations(found)
    for row in found.outbox:
        row.update(priority=4)  # type: ignore[attr-defined]  # a row of our own, spoilt
    assert named(violations(found)) == {"nothing is said again without need"}


def test_every_check_is_tried() -> None:
    beside = {"one number each", "nothing is said again without need", "nothing of anybody stands in a log"}
    beside |= {"only the entitled read it", "nobody has a time twice, or two at once"}
    assert CHECKS.keys() == ROWS.keys() | beside


async def test_it_sees_who_reads_what_is_none_of_their_business(town_sqlite: Town, tmp_path: Path) -> None:
    town = town_sqlite
    book, eyes = Book(), Eyes(town.sim, Sqlite(tmp_path))
    await eyes.open()
    await tell(town, book)
    await eyes.look(microseconds(town))
    assert not eyes.leaks
    words = f"{ADDRESS} {next(iter(book.words))}"
    group = town.sim.group("邻居群", town.rosa, town.wei)
    for phone, text in ((town.wei, words), (town.vera, words), (town.vera, f"住{RESIDENT}"), (town.dan, words)):
        await town.app.transport.call("sendMessage", {"chat_id": phone.id, "text": text})
    await town.app.transport.call("sendMessage", {"chat_id": group.id, "text": "3栋 1502室"})
    await eyes.look(microseconds(town))
    readers = [line.split()[2] for line in eyes.leaks if line.startswith("round")]
    assert readers == [str(town.vera.id)] * 2
    assert len(eyes.leaks) == 3

    await _looks_at_requests(town, eyes)


async def _looks_at_requests(town: Town, eyes: Eyes) -> None:
    """Who helps knows a neighbour until it is done, and not longer; and is known to those whom they help."""
    (done,) = await eyes.side.rows("SELECT number FROM ticket WHERE kind = 'order' AND state = 'closed'")
    number = f"{done['number']:,}".replace(",", " ")
    for phone, text in ((town.vera, f"住{RESIDENT}"), (town.vera, "1502室"), (town.dan, f"住{RESIDENT}")):
        await town.app.transport.call("sendMessage", {"chat_id": phone.id, "text": f"编号 {number}，{text}"})
    await town.app.transport.call("sendMessage", {"chat_id": RESIDENT, "text": "帮3001 来帮您"})
    eyes.leaks.clear()
    await eyes.look(microseconds(town))
    assert [line.split()[2] for line in eyes.leaks] == [str(town.vera.id)] * 2 + [str(RESIDENT)]
