"""Somebody asks for deletion: at once nothing says any more who they were, then every trace goes, slice by slice.

`begin` is one decision: what is open is withdrawn, relatives and whoever works for them are told, and the person's row
becomes anonymous, so that the same account is a stranger from then on. The rest is the work of a reminder that holds
what has to be looked for until it is done; then it is deleted too.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from .. import attachments, closing, family, helpers, outbox, people, reminders, rewards, schema, slots, tickets, unsure
from ..ledger import Ledger, Row
from ..rules.errors import Refusal
from ..rules.lifecycle import OPEN, Event, State
from ..rules.personal import TABLES, Reach
from ..rules.rights import Role
from ..work import Work
from . import booked, clearing, traces
from .traces import PAUSE, Found, Who

KIND = "erase"
WHY = "leaving"
"""The reason with which open matters are withdrawn; the texts say it."""
UNTIL_CLOSED = timedelta(minutes=10)
MATTERS = 5
UNSENT_FOR = timedelta(days=1)
_FINAL = {outbox.SENT, outbox.FAILED, outbox.SUPPRESSED, outbox.UNKNOWN}


class HandOverFirst(Refusal):
    """Whoever works for the community hands their roles over first."""

    code = "hand_over_first"


class DangerFirst(Refusal):
    """A danger is brought to its end first; nothing may orphan it."""

    code = "danger_first"


async def open_matters(ledger: Ledger, person: Row, grants: Sequence[Row]) -> list[Row]:
    """What would be withdrawn.

    Raises HandOverFirst for staff (who helps neighbours may go at once), DangerFirst while a danger of theirs is not
    over, OriginalsFirst while somebody has originals of theirs.
    """
    if people.is_staff([one for one in grants if one["role"] != Role.VOLUNTEER]):
        raise HandOverFirst
    table = schema.ticket
    states = [str(state) for state in OPEN]
    rows = await ledger.all(sa.select(table).where(table.c.owner_id == person["id"], table.c.state.in_(states)))
    if any(row["is_danger"] for row in rows):
        raise DangerFirst
    await booked.check_originals(ledger, person["id"])
    return rows


async def begin(work: Work, *, is_traceless: bool = False) -> None:
    """Erase the one who asks, who has been told so already. Raises what `open_matters` raises.

    `is_traceless`: they have not been here for so long that no message or update of theirs is stored any more.
    """
    me = work.person
    if me is None:
        raise LookupError("nobody is to be erased")
    if unsure.waits(work.conversation):
        raise DangerFirst
    records = [me, *await _records(work.ledger, me["id"])]
    who = Who.of(records, _first_id(work), work.now)
    for row in await open_matters(work.ledger, me, work.grants):
        await _end(work, dict(row))
    await booked.let_go(work, me["id"])
    await helpers.part(work, me["id"])
    await rewards.let_go(work, me["id"])
    await _leave_family(work, me)
    for grant in await _grants(work.ledger, me["id"]):
        if grant["revoked_at"] is None:
            work.changes.delete(schema.role_grant, grant)
    for row in records:
        values = clearing.emptied("person") | {"merged_into_id": None, "consented_at": None, "erased_at": work.now}
        work.changes.update(schema.person, row, **values, retired_at=row["retired_at"] or work.now)
    await _drop_conversation(work, who)
    work.audit("person_erased", person=me["id"])
    for values in _made(work, schema.audit):
        values["telegram_id"] = None
    step = AFTER_A_YEAR if is_traceless else 0
    said = [values["id"] for values in _made(work, schema.outbox)]
    params = {"who": who.to_json(), "step": step, "after": 0, "said": said}
    reminders.schedule(work, f"person:{me['id']}", KIND, "1", work.now, params)


def _first_id(work: Work) -> int:
    """Smaller than the id of anything that this decision makes; what it says on parting is dealt with at the end."""
    made: list[int] = [values["id"] for _, values in work.changes.inserts]
    return min([work.new_id(), *made])


def _made(work: Work, table: sa.Table) -> list[dict[str, Any]]:
    return [values for of, values in work.changes.inserts if of is table]


async def _records(ledger: Ledger, person_id: int) -> list[Row]:
    """Older records of the same human being."""
    person = schema.person
    return await ledger.all(sa.select(person).where(person.c.merged_into_id == person_id))


async def _grants(ledger: Ledger, person_id: int) -> list[Row]:
    grant = schema.role_grant
    return await ledger.all(sa.select(grant).where(grant.c.person_id == person_id))


async def _end(work: Work, ticket: dict[str, Any]) -> None:
    """What is under way is withdrawn; what was said to be done is closed without an answer."""
    if ticket["state"] != State.DONE:
        await closing.take_back(work, ticket, WHY)
        return
    over: dict[str, Any] = {"closed_at": work.now, "closed_how": "without_answer"}
    await tickets.move(work, ticket, Event.CLOSED_WITHOUT_ANSWER, None, **over)
    await tickets.show(work, ticket)


async def _leave_family(work: Work, me: Row) -> None:
    for link in await family.links_of(work.ledger, me["id"]):
        other, _, _ = await family.end(work, link["id"])
        work.notify(other, "family.ended", name=me["name"])


async def _drop_conversation(work: Work, who: Who) -> None:
    row = await work.ledger.get(schema.conversation, who.telegram_id)
    if row is not None:
        work.changes.delete(schema.conversation, row)
    work.conversation = None


_BESIDE = (schema.booking, schema.help_order)
"""What has a matter's own id."""


async def counts(ledger: Ledger, person: Row, now: datetime) -> dict[str, int]:
    """How many rows of each table a deletion would reach; nothing is changed."""
    records = [person, *await _records(ledger, person["id"])]
    who = Who.of(records, traces.EVERYTHING, now)
    matters = [row["id"] for row in await traces.matters_of(ledger, who)]
    found = Counter({"person": len(records), "ticket": len(matters)})
    for step in {one.find: one for one in STEPS if one.table not in {"ticket", "follower"}}.values():
        after: int | None = -1
        while after is not None:
            page = await step.find(ledger, who, after)
            found.update(row["_in"].name if "_in" in row else step.table for row in page.rows)
            after = page.last
    for table in (schema.history, schema.attachment, schema.paper, schema.concern, *_BESIDE):
        theirs = (table.c.id if table in _BESIDE else table.c.ticket_id).in_(matters)
        row = await ledger.one(sa.select(sa.func.count().label("n")).where(theirs))
        found[table.name] = int(row["n"]) if row else 0
    return {name: count for name, count in sorted(found.items()) if count}


# --- slice by slice --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """One kind of trace: how it is found, and what is done about it."""

    table: str
    find: traces.Find
    act: Callable[[Work, Who, Sequence[Row]], Awaitable[None]]


async def go_on(work: Work, reminder: Row) -> None:
    """The next slice; when there is none, the reminder itself goes, and with it what was looked for."""
    params = reminder["params"]
    who = Who.from_json(params["who"])
    at, after = params["step"], params["after"]
    while at < len(STEPS):
        found = await STEPS[at].find(work.ledger, who, after)
        await STEPS[at].act(work, who, found.rows)
        at, after = (at + 1, 0) if found.last is None else (at, found.last)
        if found.rows or found.last is not None:
            reminders.move_on(work, reminder, work.now + found.pause, params | {"step": at, "after": after})
            return
    await _forget_what_was_said(work, reminder, params)


async def _forget_what_was_said(work: Work, reminder: Row, params: dict[str, Any]) -> None:
    """The last words to them and to their family: when they have arrived, or a day later."""
    table = schema.outbox
    rows = await work.ledger.all(sa.select(table).where(table.c.id.in_(params["said"])))
    is_over = work.now - datetime.fromisoformat(params["who"]["at"]) > UNSENT_FOR
    gone = [row for row in rows if is_over or row["state"] in _FINAL]
    for row in gone:
        work.changes.delete(table, row)
    if len(gone) < len(rows):
        reminders.move_on(work, reminder, work.now + 10 * PAUSE, params)
    else:
        work.changes.delete(schema.reminder, reminder)


async def _forget_messages(work: Work, who: Who, rows: Sequence[Row]) -> None:
    """Rows go; what others were shown of it is taken back, but never for the sake of a name or of words alone, which
    may be somebody else's too."""
    owned = {row["id"] for row in await traces.matters_of(work.ledger, who)}
    joined = {row["ticket_id"] for row in await traces.joined_by(work.ledger, who.person_id)}
    for row in rows:
        work.changes.delete(schema.outbox, row)
        said = "\n".join(traces.texts_in(row["params"]))
        is_about = row["ticket_id"] in owned | joined or any(phone in said for phone in who.phones)
        if is_about and row["state"] == outbox.SENT and row["chat_id"] != who.telegram_id:
            await _take_back(work, row)


async def _take_back(work: Work, row: Row) -> None:
    last = row["telegram_message_id"]
    if last is not None and not await _is_card(work.ledger, row, last):
        work.retract(row["chat_id"], row["params"].get("sent_ids") or [last])


async def _is_card(ledger: Ledger, row: Row, message_id: int) -> bool:
    """Cards in use are taken back with their matter, those of a neighbour's matter are drawn anew."""
    card = schema.card
    query = sa.select(card.c.id).where(card.c.chat_id == row["chat_id"], card.c.message_id == message_id)
    return await ledger.one(query) is not None


async def _forget_updates(work: Work, who: Who, rows: Sequence[Row]) -> None:
    """The rows stay for a while: they absorb repetitions."""
    for row in rows:
        lane = {"lane": "none"} if row["lane"] == traces.lane_of(who) else {}
        if row["payload"] is not None or lane:
            work.changes.update(schema.inbox, row, payload=None, **lane)


async def _forget_drafts(work: Work, _who: Who, rows: Sequence[Row]) -> None:
    for row in rows:
        work.changes.delete(schema.conversation, row)


_UNNAMED = sa.update(schema.audit).where(schema.audit.c.id == sa.bindparam("row_id")).values(telegram_id=sa.null())


async def _forget_account(work: Work, _who: Who, rows: Sequence[Row]) -> None:
    for row in rows:
        work.changes.run(_UNNAMED, row_id=row["id"])


async def _forget_reminders(work: Work, _who: Who, rows: Sequence[Row]) -> None:
    for row in rows:
        work.changes.delete(schema.reminder, row)


async def _matters(ledger: Ledger, who: Who, _after: int) -> Found:
    """What was written down for them in the very moment they left is waited for: nothing open is emptied."""
    table = schema.ticket
    theirs = sa.select(table).where(table.c.owner_id == who.person_id, table.c.anonymised_at.is_(None))
    rows = await ledger.all(theirs.order_by(table.c.closed_at.is_(None)).limit(MATTERS))
    over = [row for row in rows if row["closed_at"] is not None]
    return Found(over, 0 if rows and (over != rows or len(rows) == MATTERS) else None, PAUSE if over else UNTIL_CLOSED)


async def _clear_matters(work: Work, _who: Who, rows: Sequence[Row]) -> None:
    for row in rows:
        await clearing.clear(work, row)


async def _joined(ledger: Ledger, who: Who, _after: int) -> Found:
    rows = await traces.joined_by(ledger, who.person_id)
    return Found(rows[:MATTERS], 0 if len(rows) > MATTERS else None)


async def _leave_matters(work: Work, who: Who, rows: Sequence[Row]) -> None:
    """What they said and showed in a neighbour's matter; also where staff merged their own matter into it."""
    for row in rows:
        work.changes.delete(schema.follower, row)
        for line in await tickets.history_of(work.ledger, row["ticket_id"]):
            is_theirs = line["actor_id"] == who.person_id
            if is_theirs or (row["words"] and (line["why"] or {}).get("words") == row["words"]):
                clearing.redact(work, line, actor_id=line["actor_id"])
        files = await tickets.attachments_of(work.ledger, row["ticket_id"])
        attachments.unwanted(work.changes, [one for one in files if one["added_by_id"] == who.person_id])
        ticket = await tickets.by_id(work.ledger, row["ticket_id"])
        if ticket is not None and ticket["anonymised_at"] is None:
            await tickets.show(work, ticket)


async def _others(ledger: Ledger, who: Who, _after: int) -> Found:
    """Rows that name the person, in the tables of which `rules.personal` says so; and their own cards."""
    card = schema.card
    own = sa.select(card).where(card.c.chat_id == who.telegram_id, card.c.id < who.before)
    rows: list[Row] = [{**row, "_in": card} for row in await ledger.all(own)]
    for name, declared in TABLES.items():
        table = schema.metadata.tables[name]
        if declared.reach in {Reach.EMPTIED, Reach.DELETED} and table is not schema.person:
            named = sa.or_(*(table.c[column] == who.person_id for column in declared.by))
            rows += [{**row, "_in": table} for row in await ledger.all(sa.select(table).where(named))]
    return Found(rows)


async def _forget_others(work: Work, _who: Who, rows: Sequence[Row]) -> None:
    for row in rows:
        table: sa.Table = row["_in"]
        if table is schema.hold:
            await slots.release(work, row["id"])
        elif TABLES[table.name].reach is Reach.EMPTIED:
            work.changes.update(table, row, **clearing.emptied(table.name))
        else:
            work.changes.delete(table, row)


STEPS: tuple[Step, ...] = (
    Step("outbox", traces.messages, _forget_messages),
    Step("inbox", traces.updates, _forget_updates),
    Step("conversation", traces.drafts, _forget_drafts),
    Step("outbox", traces.messages, _forget_messages),  # what was being sent the first time
    Step("audit", traces.audit, _forget_account),
    Step("reminder", traces.waiting, _forget_reminders),
    Step("ticket", _matters, _clear_matters),
    Step("follower", _joined, _leave_matters),
    Step("", _others, _forget_others),
)
AFTER_A_YEAR = 4
"""The step with which somebody begins whose messages and updates are gone long since."""
