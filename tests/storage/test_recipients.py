"""Who is on the list of a notice: the database's answer and the rule's are the same, and what waits has an index."""

from collections.abc import Sequence

import pytest
import sqlalchemy as sa

from storage import broadcast, outbox, people, recipients, schema
from storage.changes import ChangeSet
from storage.engine import Database
from storage.ids import new_id
from storage.ledger import Ledger, Row
from storage.rules.notices import Audience, NoticeKind, is_addressed
from storage.rules.rights import Role
from tests.town import MONDAY, Town

PLACES = ("xfl", "grid-1", "jx-3")


async def listed(ledger: Ledger, place: str, audience: str, kind: str = "official", most: int = 7) -> list[int]:
    """List the recipients of a new notice, a few at a time."""
    author = await ledger.one(schema.person.select().where(schema.person.c.code == "dan"))
    assert author is not None
    notice = {"id": new_id(MONDAY), "author_id": author["id"], "place_id": ledger.directory.by_code[place].id}
    notice |= {"audience": audience, "kind": kind, "words": "停水", "state": "going"}
    notice |= {"due_at": MONDAY, "created_at": MONDAY}
    first = ChangeSet()
    first.insert(schema.notice, **notice)
    await ledger.commit([first])
    row: Row = {**notice, "listed_to": 0, "is_listed": False}
    while not row["is_listed"]:
        changes = ChangeSet()
        row = {**row, **await recipients.put_on_list(ledger, changes, row, MONDAY, most)}
        await ledger.commit([changes])
    query = schema.notice_recipient.select().where(schema.notice_recipient.c.notice_id == notice["id"])
    return [one["person_id"] for one in await ledger.all(query.order_by(schema.notice_recipient.c.id))]


async def expected(ledger: Ledger, place: str, audience: str) -> list[int]:
    """The same, one person after the other, by the rule."""
    everybody: Sequence[Row] = await ledger.all(schema.person.select().order_by(schema.person.c.id))
    found, directory = [], ledger.directory
    for person in everybody:
        grants = await people.grants_of(ledger, [person["id"]])
        held = [(Role(one["role"]), directory.scope(one["place_id"])) for one in grants]
        if is_addressed(directory.by_code[place].id, audience, directory.scope(person["home_id"]), held):
            found.append(person["id"])
    return found


async def test_it_lists_whom_the_rule_names(any_town: Town) -> None:
    ledger = any_town.app.ledger
    for place in PLACES:
        for audience in Audience:
            wanted = await expected(ledger, place, audience)
            assert await listed(ledger, place, audience) == wanted, (place, audience)
            number, _ = await recipients.count(ledger, ledger.directory.by_code[place].id, audience, "official")
            assert number == len(wanted)


async def test_it_leaves_out_who_has_gone_or_wants_no_invitations(town: Town) -> None:
    before = await listed(town.app.ledger, "jx-3", Audience.RESIDENTS)
    person = schema.person
    async with town.app.database.writing() as connection:
        await connection.execute(person.update().where(person.c.id == before[0]).values(retired_at=MONDAY))
        await connection.execute(person.update().where(person.c.id == before[1]).values(activities_off_at=MONDAY))
    assert await listed(town.app.ledger, "jx-3", Audience.RESIDENTS) == before[1:]
    assert await listed(town.app.ledger, "jx-3", Audience.RESIDENTS, NoticeKind.ACTIVITY) == before[2:]


@pytest.mark.parametrize(
    ("state", "became"),
    [("sent", "sent"), ("failed", "unreachable"), ("suppressed", "suppressed"), ("unknown", "unknown")],
)
async def test_it_notes_what_became_of_a_row_in_the_same_commit(town: Town, state: str, became: str) -> None:
    ledger = town.app.ledger
    (person_id, *_) = await listed(ledger, "jx-3-2", Audience.RESIDENTS)
    table = schema.notice_recipient
    recipient = await ledger.one(table.select().where(table.c.person_id == person_id))
    assert recipient is not None
    row = {
        "id": new_id(MONDAY),
        "priority": 4,
        "due_at": MONDAY,
        "created_at": MONDAY,
        "chat_id": 1,
        "method": "notice",
    }
    row |= {"params": {"notice": recipient["notice_id"], "recipient": recipient["id"]}, "state": "sending"}
    queued, ended = ChangeSet(), ChangeSet()
    queued.insert(schema.outbox, **row)
    queued.update(table, recipient, state=recipients.QUEUED, outbox_id=row["id"])
    await ledger.commit([queued])
    outbox.mark(ended, {**row, "version": 1}, state, **({"sent_at": MONDAY} if state == "sent" else {}))
    await ledger.commit([ended])
    found = await ledger.get(table, recipient["id"])
    assert found is not None
    assert (found["state"], found["sent_at"] is not None) == (became, state == "sent")


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (broadcast._GOING, "ix_notice_going"),
        (recipients._NEXT, "ix_notice_recipient_waiting"),
        (recipients._IN_QUEUE, "ix_notice_recipient_queued"),
        (recipients._OWN_IN_QUEUE, "ix_notice_recipient_queued"),
        (recipients._own, "ix_notice_recipient_queued"),
    ],
)
async def test_it_finds_what_waits_by_an_index(sqlite_url: str, query: sa.Select[object], index: str) -> None:
    database = await Database.open(sqlite_url)

    def plan(connection: sa.Connection) -> str:
        known = query.params(**{name: 1 for name in query.compile().params if name in {"notice", "most"}})
        statement = known.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
        return "\n".join(str(row) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}"))

    assert index in await database.write(plan)
    await database.close()
