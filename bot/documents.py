"""What is sent as a file: a person's own data, a sheet, a calendar entry. Made at sending, from rows as they are."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage import papers, people, schema, tickets
from storage.ledger import Ledger, Row
from storage.rules.lifecycle import State
from storage.rules.numbers import spoken
from storage.rules.papers import PaperKind, lines
from storage.rules.rights import Action, may

from .exporting import Exports
from .honours import Honours
from .ics import Entry, calendar_file
from .papers import Paper, sheet_bytes
from .papers.sheet import Both
from .service_records import ServiceRecords, packed
from .texts import LANGUAGES, Texts
from .unsent import Suppressed

_OFF = frozenset({State.WITHDRAWN, State.REFUSED, State.MERGED})


@dataclass(frozen=True, slots=True)
class Document:
    """A file, and what is said under it."""

    name: str
    content: bytes
    message: str
    params: Mapping[str, Any]


class Documents:
    """Makes them. Each method raises Suppressed for whoever may not have the file any more."""

    def __init__(self, ledger: Ledger, texts: Texts, exports: Exports) -> None:
        self._ledger = ledger
        self._texts = texts
        self._exports = exports
        self._records = ServiceRecords(ledger, texts)
        self._drawing = asyncio.Lock()  # the fonts of all PDFs are the same objects

    async def make(self, row: Row, person: Row | None, now: datetime) -> Document:
        """The file of a row of the outbox, for its reader and nobody else's chat."""
        if person is None or person["telegram_id"] != row["chat_id"]:
            raise Suppressed
        match row["method"]:
            case "paper":
                return await self._sheet(row, person, now)
            case "calendar":
                return await self._calendar(row, person, now)
            case "honours":
                return await self._drafts(row["params"], person, now)
            case "record":
                return await self._record(row["params"], person, now)
            case _:
                name, content = await self._exports.make(person, now)
                return Document(name, content, "privacy.export", {})

    async def _drafts(self, params: Mapping[str, Any], person: Row, now: datetime) -> Document:
        content = await Honours(self._ledger, self._texts).make(params, person, now)
        return Document(f"linli-{params['year']}-drafts.xlsx", content, "points.staff_drafts", {"year": params["year"]})

    async def _ticket(self, ticket_id: int | None) -> Row:
        ticket = await tickets.by_id(self._ledger, ticket_id)
        if ticket is None or ticket["anonymised_at"] is not None:
            raise Suppressed
        return ticket

    async def _may_see(self, ticket: Row, person: Row, action: Action = Action.SEE) -> bool:
        facts = await tickets.facts(self._ledger, ticket)
        return may(await people.actor(self._ledger, person["id"]), action, facts)

    # --- sheets ----------------------------------------------------------------------------------------------

    async def _sheet(self, row: Row, person: Row, now: datetime) -> Document:
        paper = await self._ledger.get(schema.paper, row["params"]["paper"])
        ticket = await self._ticket(row["ticket_id"])
        if paper is None or paper["confirmed_at"] is None or person["retired_at"] is not None:
            raise Suppressed
        is_makers = paper["made_by"] == person["id"] and people.is_staff(
            await people.grants_of(self._ledger, [person["id"]])
        )
        if not is_makers and not await self._may_see(ticket, person):
            raise Suppressed
        drawn = await self._drawn(paper, ticket, now)
        async with self._drawing:
            content = await asyncio.to_thread(
                sheet_bytes, drawn, lambda language, key: self._word(language, key, {}, now)
            )
        params = {"paper": paper["kind"], "number": ticket["number"]}
        return Document(f"linli-{ticket['number']}-{paper['kind']}.pdf", content, "papers.sheet", params)

    async def _drawn(self, paper: Row, ticket: Row, now: datetime) -> Paper:
        ids = {paper["made_by"], paper["confirmed_by"], ticket["owner_id"]}
        named = {one: row["name"] for one, row in (await people.by_ids(self._ledger, ids)).items()}
        agent, signer = named[paper["made_by"]], named[paper["confirmed_by"]]
        how = "in_chat" if paper["confirmed_by"] == ticket["owner_id"] else "by_family"
        how = "on_paper" if paper["confirmed_by"] == paper["made_by"] else how
        matter = [await papers.matter_name(self._ledger, ticket, language) for language in LANGUAGES]
        return Paper(
            kind=paper["kind"],
            number=spoken(ticket["number"]),
            matter=(matter[0], matter[1]),
            owner=named[ticket["owner_id"]],
            agent=agent,
            made=self._both("by_agent", {"name": agent, "at": paper["made_at"]}, now),
            confirmed=self._both(how, {"name": signer, "at": paper["confirmed_at"]}, now),
            items=[self._item(one, now) for one in lines(paper["items"])],
            is_mandate=paper["kind"] == PaperKind.MANDATE,
        )

    def _item(self, item: str, now: datetime) -> Both:
        if item not in papers.USUAL:
            return item, ""
        zh, en = (self._texts.plain(language, f"original.{item}", {}, now) for language in LANGUAGES)
        return zh, en

    def _both(self, key: str, params: Mapping[str, Any], now: datetime) -> Both:
        zh, en = (self._word(language, key, params, now) for language in LANGUAGES)
        return zh, en

    def _word(self, language: str, key: str, params: Mapping[str, Any], now: datetime) -> str:
        return self._texts.plain(language, f"sheet.{key}", params, now)

    # --- service records -------------------------------------------------------------------------------------

    async def _record(self, params: Mapping[str, Any], person: Row, now: datetime) -> Document:
        """A quarter's record, for the person it is about or for whoever speaks for the unit."""
        of = await self._records.gather(params, person)
        record = self._records.drawn(of, person["language"], now)
        async with self._drawing:
            content = await asyncio.to_thread(packed, record, params["form"])
        said = {"who": of.who, "year": of.quarter.year, "number": of.quarter.number}
        name = f"linli-{of.quarter}-record.{params['form']}"
        return Document(name, content, "posts.record", {**said, "count": len(of.services), "hours": of.hours})

    # --- calendar --------------------------------------------------------------------------------------------

    async def _calendar(self, row: Row, person: Row, now: datetime) -> Document:
        ticket = await self._ticket(row["ticket_id"])
        booking = await self._ledger.get(schema.booking, ticket["id"])
        if booking is None or booking["starts_at"] is None or not await self._may_see(ticket, person):
            raise Suppressed
        is_cancelled = State(ticket["state"]) in _OFF
        entry = Entry(
            uid=f"booking-{ticket['id']}@linli",
            sequence=booking["moves"] + is_cancelled,
            starts_at=booking["starts_at"],
            ends_at=booking["ends_at"],
            zone=self._ledger.directory.calendar.zone,
            made_at=now,
            summary=await papers.matter_name(self._ledger, ticket, person["language"]),
            description=await self._about(ticket, booking, person),
            location=await self._where(ticket, booking, person),
            is_cancelled=is_cancelled,
        )
        name = f"linli-{ticket['number']}.ics"
        return Document(name, calendar_file(entry), "papers.calendar", {"is_cancelled": is_cancelled})

    async def _about(self, ticket: Row, booking: Row, person: Row) -> str:
        provider = self._ledger.directory.catalogue.providers.get(booking["provider_id"])
        lines_ = [spoken(ticket["number"])]
        if provider is not None:
            lines_ += [one for one in (provider.name_in(person["language"]), provider.phone) if one]
        return "\n".join(lines_)

    async def _where(self, ticket: Row, booking: Row, person: Row) -> str:
        """The resident's door where somebody comes, the provider's address where the resident goes."""
        directory, language = self._ledger.directory, person["language"]
        if booking["way"] != "at_home":
            provider = directory.catalogue.providers.get(booking["provider_id"])
            address = provider and (provider.address if language.startswith("zh") else provider.address_en)
            return address or (provider.address if provider is not None else None) or ""
        if ticket["place_id"] is None:
            return ""
        is_shown = ticket["room"] and await self._may_see(ticket, person, Action.SEE_PERSON)
        return f"{directory.name(ticket['place_id'], language)} {ticket['room'] if is_shown else ''}".strip()
