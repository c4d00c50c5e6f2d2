"""What a grid worker does with a ticket: take it, pass it on, ask, report progress, finish it.

Each is checked by the rights function on fresh rows, moves the ticket once, and renews everybody's card. Refusals are
typed (`rules.errors`): AlreadyTaken when somebody was faster, NotYours, Stale when the button is older than the state.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from . import helped, papers, people, routing, schema, tickets
from .ledger import Row
from .rules.errors import AlreadyTaken, NotYours, Stale
from .rules.lifecycle import Event, State, next_state
from .rules.press import press
from .rules.rights import Action
from .work import Priority, Work

Ticket = dict[str, Any]


async def check(work: Work, action: Action, ticket: Ticket, event: Event) -> None:
    """Raise the refusal that fits unless the one who asks may do this now."""
    if await tickets.allowed(work, action, ticket):
        next_state(State(ticket["state"]), event)
        return
    if action in {Action.ACCEPT, Action.DECLINE} and ticket["assignee_id"] not in {None, _me(work)}:
        raise AlreadyTaken
    if await tickets.allowed(work, Action.SEE, ticket) or await _was_mine(work, ticket):
        raise Stale
    raise NotYours


async def _was_mine(work: Work, ticket: Ticket) -> bool:
    """Whether the one who asks was offered it once: the button is theirs, only old."""
    offer = schema.offer
    mine = sa.select(offer.c.id).where(offer.c.ticket_id == ticket["id"], offer.c.person_id == _me(work))
    return await work.ledger.one(mine) is not None


async def accept(work: Work, ticket: Ticket) -> None:
    """接单: one owner, whatever races happen; the other cards say who took it."""
    if ticket["assignee_id"] == _me(work) and ticket["state"] != State.OFFERED:
        return  # a double tap
    await check(work, Action.ACCEPT, ticket, Event.ACCEPTED)
    me = _me(work)
    await tickets.move(work, ticket, Event.ACCEPTED, me, assignee_id=me, accepted_at=work.now)
    await routing.end_offers(work, ticket, accepted_by=me)
    assert work.person is not None  # noqa: S101 - `check` let a known person through
    work.person = people.change(work, work.person, last_assigned_at=work.now)
    await tickets.show(work, ticket, also=[me])
    if ticket["is_danger"]:
        await tell_owner(work, ticket, "danger.taken", priority=Priority.ALARM, worker=work.person["name"])


async def decline(work: Work, ticket: Ticket, reason: str) -> None:
    """Not mine, with a reason: the next in the chain is asked, unless somebody beside me still has time to answer."""
    await check(work, Action.DECLINE, ticket, Event.DECLINED)
    await _end_my_offer(work, ticket, reason)
    await tickets.move(work, ticket, Event.DECLINED, _me(work), why={"words": reason})
    if ticket["state"] == State.OFFERED and not await routing.is_anybody_asked(work, ticket):
        await (routing.ring(work, ticket) if ticket["is_danger"] else routing.offer_next(work, ticket, _me(work)))
    await tickets.show(work, ticket)


async def _end_my_offer(work: Work, ticket: Ticket, reason: str) -> None:
    for row in await tickets.open_offers(work.ledger, ticket["id"]):
        if row["person_id"] == _me(work):
            work.changes.update(schema.offer, row, state="declined", words=reason)


async def hand_over(work: Work, ticket: Ticket, colleague: Row, reason: str) -> None:
    """Hand a ticket to a named colleague, who is offered it; nobody owns it until they accept."""
    await check(work, Action.HAND_OVER, ticket, Event.HANDED_OVER)
    why = {"reason": "handed_over", "person": colleague["id"], "words": reason}
    tickets.alter(work, ticket, assignee_id=None, accepted_at=None)
    await routing.offer(
        work,
        ticket,
        [colleague["id"]],
        _me(work),
        tier=ticket["tier"],
        why=why,
        event=Event.HANDED_OVER,
    )
    await tickets.show(work, ticket)


async def ask(work: Work, ticket: Ticket, question: str) -> None:
    """Ask the resident something; the clock pauses until the answer or until two working days have passed."""
    await check(work, Action.ASK, ticket, Event.ASKED)
    await tickets.move(work, ticket, Event.ASKED, _me(work), why={"words": question}, asked_at=work.now)
    await tell_owner(
        work,
        ticket,
        "worker.asks",
        buttons=[[("answer", _press("answer", ticket))]],
        priority=_urgency(ticket),
        question=question,
    )
    await tickets.show(work, ticket)


async def answer(work: Work, ticket: Ticket, words: str, files: Sequence[Mapping[str, Any]]) -> None:
    """The resident answers: the clock goes on, and the worker reads the words."""
    await check(work, Action.ADD_WORDS, ticket, Event.ANSWERED)
    await tickets.move(work, ticket, Event.ANSWERED, _me(work), why={"words": words})
    await _pass_on(work, ticket, "owner.answered", words, files, purpose="answer")


async def add_words(work: Work, ticket: Ticket, words: str, files: Sequence[Mapping[str, Any]]) -> None:
    """Words or pictures that come later; an answer, when the worker is waiting for one."""
    if ticket["state"] == State.WAITING and await _speaks_for_owner(work, ticket):
        await answer(work, ticket, words, files)
        return
    await check(work, Action.ADD_WORDS, ticket, Event.WORDS_ADDED)
    await tickets.move(work, ticket, Event.WORDS_ADDED, _me(work), why={"words": words})
    await _pass_on(work, ticket, "owner.added", words, files, purpose="added")


async def _speaks_for_owner(work: Work, ticket: Ticket) -> bool:
    """The owner, who filed it for them, or their family; not a neighbour who joined, nor the worker."""
    facts = await tickets.facts(work.ledger, ticket)
    return _me(work) in {facts.owner_id, facts.filed_by_id, *facts.relative_ids} - {facts.assignee_id}


async def _pass_on(
    work: Work, ticket: Ticket, message: str, words: str, files: Sequence[Mapping[str, Any]], *, purpose: str
) -> None:
    for one in files:
        tickets.attach(work, ticket, _me(work), one, purpose)
    if helped.is_order(work.ledger, ticket):  # pictures and words are for who comes, not for everybody who is asked
        readers = list(await helped.helper_ids(work.ledger, ticket))
    elif ticket["assignee_id"] is not None:
        readers = [ticket["assignee_id"]]
    else:
        readers = [row["person_id"] for row in await tickets.open_offers(work.ledger, ticket["id"])]
    priority = _urgency(ticket)
    for person in (await people.by_ids(work.ledger, readers)).values():
        if person["id"] != _me(work):
            work.media(ticket["id"], person, files, priority=priority)
            work.notify(
                person,
                message,
                ticket_id=ticket["id"],
                priority=priority,
                number=ticket["number"],
                words=words,
            )
    await tickets.show(work, ticket)


async def progress(work: Work, ticket: Ticket, words: str) -> None:
    """Tell how it stands, without changing anything."""
    await check(work, Action.PROGRESS, ticket, Event.PROGRESSED)
    await tickets.move(work, ticket, Event.PROGRESSED, _me(work), why={"words": words})
    await tell_owner(work, ticket, "worker.progress", priority=_urgency(ticket), words=words)
    await tickets.show(work, ticket)


FINISHING = "finish"
"""The flow that waits for the picture of proof; the worker's card shows its question."""


async def finish(work: Work, ticket: Ticket, words: str | None, files: Sequence[Mapping[str, Any]]) -> None:
    """办好了: the resident is asked whether it is. The first picture of proof goes with the question.

    Raises OriginalsOut while originals have not been given back.
    """
    if ticket["state"] == State.DONE and ticket["assignee_id"] == _me(work):
        return  # a double tap
    await check(work, Action.FINISH, ticket, Event.FINISHED)
    await papers.check_returned(work, ticket)
    for one in files:
        tickets.attach(work, ticket, _me(work), one, "proof")
    why = {"words": words} if words else None
    await tickets.move(work, ticket, Event.FINISHED, _me(work), why=why, done_at=work.now, done_words=words)
    await ask_owner(work, ticket, "done.ask", files=files)
    await tickets.show(work, ticket, but=[ticket["owner_id"]])  # the question says it all


async def ask_owner(
    work: Work,
    ticket: Ticket,
    message: str,
    *,
    files: Sequence[Mapping[str, Any]] = (),
    priority: Priority = Priority.NEWS,
    key: str | None = None,
) -> None:
    """Ask whoever may answer for the resident whether it was done."""
    buttons = [[("done_yes", _press("yes", ticket))], [("done_no", _press("no", ticket))]]
    photo = next((one["file_id"] for one in files if one["media"] == "photo"), None)
    params = {"photo": photo} if photo else {}
    worker = await work.ledger.get(schema.person, ticket["assignee_id"])
    await tell_owner(
        work,
        ticket,
        message,
        buttons=buttons,
        priority=priority,
        key=key,
        worker=worker["name"] if worker else None,
        words=ticket["done_words"],
        **params,
    )


_TO_NEIGHBOURS: Mapping[str, str | None] = {
    "done.ask": "done.told",
    "done.ask_again": None,
    "worker.asks": None,
    "triage.refused": "triage.refused_joined",
}
"""What neighbours who joined are told instead: they know how it stands, and are asked nothing."""


async def _family(work: Work, ticket: Ticket) -> list[int]:
    """The relatives who hear of it as the owner does; of a confidential matter nobody does."""
    if ticket["is_confidential"]:
        return []
    return [row["relative_id"] for row in await people.relatives_of(work.ledger, ticket["owner_id"])]


async def tell_owner(
    work: Work,
    ticket: Ticket,
    message: str,
    *,
    buttons: Sequence[Sequence[Any]] = (),
    priority: Priority = Priority.NEWS,
    key: str | None = None,
    **params: Any,
) -> None:
    """Tell the resident, their family, those who joined, and whoever filed it for somebody without a chat."""
    followers = [row["person_id"] for row in await tickets.followers_of(work.ledger, ticket["id"])]
    family = await _family(work, ticket)
    found = await people.at_hand(work, {ticket["owner_id"], ticket["filed_by_id"], *family, *followers})
    owner = found[ticket["owner_id"]]
    asked = owner if owner["telegram_id"] is not None else found[ticket["filed_by_id"]]
    entitled = {asked["id"], *family}
    for person_id in dict.fromkeys([asked["id"], *family, *followers]):
        said = message if person_id in entitled else _TO_NEIGHBOURS.get(message, message)
        person = found.get(person_id)
        if person is None or said is None or person_id == ticket["assignee_id"]:
            continue  # whoever did it themselves knows, and is not asked whether it is good
        work.notify(
            person,
            said,
            buttons if person_id in entitled else (),
            ticket_id=ticket["id"],
            priority=priority,
            key=f"{key}:{person_id}" if key else None,
            number=ticket["number"],
            **params,
        )


async def ask_expired(work: Work, ticket: Ticket, key: str) -> None:
    """The resident did not answer for two working days: the clock goes on, and the worker with it."""
    await tickets.move(work, ticket, Event.ASK_EXPIRED, None)
    for person in (await people.by_ids(work.ledger, [ticket["assignee_id"]])).values():
        work.notify(
            person,
            "worker.ask_expired",
            [[("open", _press("open", ticket))]],
            ticket_id=ticket["id"],
            key=key,
            number=ticket["number"],
            due_at_text=ticket["resolution_due_at"],
        )
    await tickets.show(work, ticket)


def _urgency(ticket: Row) -> Priority:
    return Priority.ALARM if ticket["is_danger"] else Priority.NEWS


def _me(work: Work) -> int:
    return work.person["id"] if work.person else 0


def _press(verb: str, ticket: Ticket) -> str:
    return press(verb, ticket["id"])
