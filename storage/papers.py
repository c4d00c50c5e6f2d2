"""Papers of a matter: what has to be brought, told once; and the sheets on mandate and originals (委托书, 交接单).

A sheet is made by whoever carries the matter out and confirmed by the resident or their family, in chat; somebody
without a chat signs on paper, and the agent keeps a picture of it. While originals are out nothing is finished.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from . import booked, people, schema, tickets
from .ledger import Ledger, Row
from .plain import once
from .rules.catalogue import Service
from .rules.errors import NotYours, Refusal, Stale
from .rules.lifecycle import OPEN, State
from .rules.papers import Original, PaperKind, Sheet, lines, outstanding
from .rules.press import press
from .rules.rights import Action, Actor, may
from .work import Priority, Work

Ticket = dict[str, Any]
USUAL = frozenset(str(one) for one in Original)


class OriginalsOut(Refusal):
    """Originals have not been given back yet."""

    code = "originals_out"


# --- told once -----------------------------------------------------------------------------------------------


def told(service: Service, language: str) -> dict[str, Any]:
    """What the list of papers says: one message to keep."""
    is_zh = language.startswith("zh")
    return {
        "name": service.name_in(language),
        "entitled": service.who if is_zh or not service.who_en else service.who_en,
        "papers": list(service.papers_in(language)),
        "fee": str(service.fee),
        "fee_words": service.fee_words if is_zh or not service.fee_words_en else service.fee_words_en,
        "is_in_person": service.needs_presence,
    }


def tell(work: Work, service: Service) -> None:
    """一次性告知: everything that is needed, in one message with boxes to tick."""
    work.reply("papers.told", **told(service, work.language))


# --- sheets --------------------------------------------------------------------------------------------------

_paper = schema.paper
_OF = once(sa.select(_paper).where(_paper.c.ticket_id == sa.bindparam("ticket")).order_by(_paper.c.id))


async def of(ledger: Ledger, ticket_id: int) -> list[Row]:
    """The sheets of a matter, the oldest first."""
    return await ledger.all(_OF, ticket=ticket_id)


def out(rows: Iterable[Row]) -> tuple[str, ...]:
    """The originals that are not back, by the sheets of a matter."""
    return outstanding(
        Sheet(
            PaperKind(row["kind"]),
            lines(row["items"]),
            is_confirmed=row["confirmed_at"] is not None,
            is_refused=is_refused(row),
        )
        for row in rows
    )


async def check_returned(work: Work, ticket: Row) -> None:
    """Raise OriginalsOut while somebody else has originals of a booked matter."""
    if booked.is_booking(work, ticket) and out(await of(work.ledger, ticket["id"])):
        raise OriginalsOut


def shown(items: Iterable[str]) -> dict[str, Any]:
    """Originals for a text: the usual ones have a name in every language, the others are words."""
    found = list(items)
    return {
        "usual": [item for item in found if item in USUAL],
        "others": [item for item in found if item not in USUAL],
    }


async def make(work: Work, ticket: Ticket, kind: PaperKind, items: Sequence[str] = ()) -> None:
    """Write a sheet and ask the resident's side to confirm it. Raises NotYours or Stale."""
    rows = await of(work.ledger, ticket["id"])
    await _check_maker(work, ticket, kind, rows)
    waiting = [row for row in rows if row["kind"] == kind and waits(row) and row["items"] == _text(items)]
    if waiting:
        return  # a double tap
    row: dict[str, Any] = {column.name: None for column in _paper.c}
    row |= {"id": work.new_id(), "ticket_id": ticket["id"], "kind": str(kind), "items": _text(items), "version": 1}
    row |= {"made_by": _me(work), "made_at": work.now}
    work.changes.insert(_paper, **row)
    work.changes.guard(schema.ticket, ticket)
    asked = await signers(work, ticket)
    for person in asked:
        name = await matter_name(work.ledger, ticket, person["language"])
        said = _said(work, ticket, row) | {"matter": name}
        work.notify(person, f"papers.ask_{kind}", _answers(row), ticket_id=ticket["id"], **said)
    message = "papers.staff_made" if asked else "papers.staff_made_on_paper"
    work.reply(message, [[("paper_signed", press("bpapersign", row["id"]))], [("close", "close")]])


def _answers(row: Row) -> list[list[tuple[str, str]]]:
    return [[("paper_yes", press("bpaperyes", row["id"]))], [("paper_no", press("bpaperno", row["id"]))]]


def _said(work: Work, ticket: Ticket, row: Row) -> dict[str, Any]:
    return {
        "number": ticket["number"],
        "agent": work.person["name"] if work.person else "",
        **shown(lines(row["items"])),
    }


async def matter_name(ledger: Ledger, ticket: Row, language: str) -> str:
    """What a matter is called: its service, or its kind where nothing was booked."""
    booking = await ledger.get(schema.booking, ticket["id"])
    service = ledger.directory.catalogue.services.get(booking["service_id"]) if booking is not None else None
    kind = ledger.directory.kinds.get(ticket["kind"])
    found = service or kind
    return found.name_in(language) if found is not None else str(ticket["kind"])


def _text(items: Sequence[str]) -> str | None:
    return "\n".join(items) or None


def waits(row: Row) -> bool:
    """Whether a sheet waits for its answer."""
    return row["confirmed_at"] is None and row["refused_at"] is None


def is_refused(row: Row) -> bool:
    """Whether the resident's side said that it is not so."""
    return row["refused_at"] is not None


async def may_make(work: Work, ticket: Ticket, kind: PaperKind, rows: Iterable[Row]) -> bool:
    """Whoever has the matter in hand; what was taken is given back by its taker too, whatever became of the matter."""
    if not people.is_staff(work.grants):
        return False
    if kind is PaperKind.RETURNED:
        takers = {row["made_by"] for row in rows if row["kind"] == PaperKind.TAKEN}
        return _me(work) in {*takers, ticket["assignee_id"]} and bool(out(rows))
    is_under_way = State(ticket["state"]) in OPEN - {State.DONE}
    return is_under_way and await tickets.allowed(work, Action.PROGRESS, ticket)


async def _check_maker(work: Work, ticket: Ticket, kind: PaperKind, rows: Iterable[Row]) -> None:
    if not await may_make(work, ticket, kind, list(rows)):
        raise Stale if await tickets.allowed(work, Action.SEE, ticket) else NotYours


async def signers(work: Work, ticket: Ticket) -> list[Row]:
    """Who may confirm a sheet in chat: the owner, and family whose link holds now."""
    facts = await tickets.facts(work.ledger, ticket)
    asked = {facts.owner_id, *facts.relative_ids}
    found = await people.by_ids(work.ledger, {one for one in asked if may(Actor(one), Action.CONFIRM, facts)})
    return [row for row in found.values() if row["telegram_id"] is not None and row["retired_at"] is None]


async def by_id(work: Work, paper_id: int | None) -> tuple[Row, Ticket]:
    """A sheet and its matter. Raises Stale when there is none."""
    row = await work.ledger.get(_paper, paper_id)
    ticket = await tickets.by_id(work.ledger, row["ticket_id"]) if row is not None else None
    if row is None or ticket is None or ticket["anonymised_at"] is not None:
        raise Stale
    return row, ticket


async def confirm(work: Work, paper_id: int | None) -> None:
    """The resident's side says yes: both get the sheet as a PDF. Raises NotYours or Stale."""
    row, ticket = await _to_answer(work, paper_id)
    work.changes.update(_paper, row, confirmed_by=_me(work), confirmed_at=work.now)
    await _hand_out(work, ticket, row)


async def refuse(work: Work, paper_id: int | None) -> None:
    """The resident's side says that it is not so: whoever wrote the sheet is told. Raises NotYours or Stale."""
    row, ticket = await _to_answer(work, paper_id)
    work.changes.update(_paper, row, refused_at=work.now)
    maker = await work.ledger.get(schema.person, row["made_by"])
    if maker is not None:
        buttons = [[("papers_open", press("bpaper", ticket["id"]))]]
        work.notify(maker, "papers.staff_refused", buttons, ticket_id=ticket["id"], number=ticket["number"])


async def _to_answer(work: Work, paper_id: int | None) -> tuple[Row, Ticket]:
    row, ticket = await by_id(work, paper_id)
    if _me(work) not in {person["id"] for person in await signers(work, ticket)} or row["made_by"] == _me(work):
        raise NotYours
    if not waits(row):
        raise Stale
    return row, ticket


async def signed(work: Work, paper_id: int | None, files: Sequence[Mapping[str, Any]]) -> None:
    """It was signed on paper; the agent keeps a picture with the matter. Raises NotYours or Stale."""
    row, ticket = await by_id(work, paper_id)
    check_keeper(work, row)
    for one in files:
        tickets.attach(work, ticket, _me(work), one, "proof")
    work.changes.update(_paper, row, confirmed_by=_me(work), confirmed_at=work.now)
    await _hand_out(work, ticket, row)


def check_keeper(work: Work, row: Row) -> None:
    """Raise NotYours unless the one who asks wrote the sheet, Stale when it is settled."""
    if row["made_by"] != _me(work) or not people.is_staff(work.grants):
        raise NotYours
    if not waits(row):
        raise Stale


async def _hand_out(work: Work, ticket: Ticket, row: Row) -> None:
    """The PDF to both sides, drawn when it is sent; and every card, which says what is still out."""
    maker = await people.by_ids(work.ledger, [row["made_by"]])
    told_to = {person["id"]: person for person in (*await signers(work, ticket), *maker.values())}
    if work.person is not None:
        told_to.setdefault(work.person["id"], work.person)
    for person in told_to.values():
        if person["telegram_id"] is not None:
            key = f"paper:{row['id']}:{person['id']}"
            priority = Priority.ANSWER if person["id"] == _me(work) else Priority.NEWS
            work.draw("paper", person, priority=priority, key=key, ticket_id=ticket["id"], paper=row["id"])
    await tickets.show(work, ticket)


def _me(work: Work) -> int:
    return work.person["id"] if work.person else 0
