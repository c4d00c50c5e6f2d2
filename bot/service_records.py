"""Service records as files: gathered, drawn and checked once more when they are sent, kept nowhere.

A person's own record is for nobody but that person; a unit's for its contact and the secretaries of its place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage import organisations, people, posts, service_record
from storage.ledger import Ledger, Row
from storage.rules.numbers import spoken
from storage.rules.quarters import Quarter

from .papers.record import Cells, Record, pdf_bytes, xlsx_bytes
from .texts import Texts
from .unsent import Suppressed

_DRAWN = {"pdf": pdf_bytes, "xlsx": xlsx_bytes}
_HOUR = 60  # minutes


@dataclass(frozen=True, slots=True)
class Of:
    """Whose record it is, with everything in it."""

    who: str
    quarter: Quarter
    services: Sequence[Row]
    posts: Sequence[Row]
    names: dict[int, str] | None  # of the people of a unit

    @property
    def hours(self) -> str:
        """All hours together, with one decimal where it needs one."""
        return f"{sum(one['minutes'] for one in self.services) / _HOUR:.1f}".removesuffix(".0")


class ServiceRecords:
    """Gathers them."""

    def __init__(self, ledger: Ledger, texts: Texts) -> None:
        self._ledger = ledger
        self._texts = texts

    async def gather(self, params: Mapping[str, Any], person: Row) -> Of:
        """The record that a row of the outbox names. Raises Suppressed for whoever may not have it any more."""
        if person["retired_at"] is not None:
            raise Suppressed
        quarter, language = Quarter.parse(params["quarter"]), person["language"]
        if params["unit"] is None:
            services = await service_record.of_person(self._ledger, person["id"], quarter)
            return Of(person["name"], quarter, services, await self._posts([person["id"]], quarter), None)
        unit = self._ledger.directory.helping.organisations.get(params["unit"])
        if unit is None or not await organisations.may_read(self._ledger, person["id"], unit):
            raise Suppressed
        services = await service_record.of_organisation(self._ledger, unit.id, quarter)
        theirs = [one["id"] for one in await organisations.members(self._ledger, unit.id)]
        held = await self._posts(theirs, quarter)
        ids = {one["person_id"] for one in (*services, *held)}
        names = {one: row["name"] or "" for one, row in (await people.by_ids(self._ledger, ids)).items()}
        return Of(unit.name_in(language), quarter, services, held, names)

    async def _posts(self, ids: Sequence[int], quarter: Quarter) -> Sequence[Row]:
        return await posts.held_in(self._ledger, ids, quarter)

    def drawn(self, of: Of, language: str, now: datetime) -> Record:
        """What stands in the file, in the reader's language."""

        def word(key: str, **params: object) -> str:
            return self._texts.plain(language, f"record.{key}", params, now)

        said = {"year": of.quarter.year, "number": of.quarter.number}
        return Record(
            title=word("title", **said),
            who=of.who,
            summary=word("summary", count=len(of.services), hours=of.hours, posts=len(of.posts)),
            services_title=word("services"),
            services=self._services(of, language, word),
            posts_title=word("posts"),
            posts=self._held(of, language, word),
            made=word("made", at=now),
        )

    def _services(self, of: Of, language: str, word: Any) -> Cells:
        head = [word("day"), word("number"), word("what"), word("minutes"), word("stars")]
        rows: list[list[str | int]] = [[word("name"), *head] if of.names is not None else head]
        for one in of.services:
            named = one["name"] if language.startswith("zh") else one["name_en"]
            cells: list[str | int] = [self._day(one["closed_at"]), spoken(one["number"]), named or word("any")]
            cells += [one["minutes"], one["stars"] or ""]
            rows.append([of.names.get(one["person_id"], ""), *cells] if of.names is not None else cells)
        return rows

    def _held(self, of: Of, language: str, word: Any) -> Cells:
        head = [word("post"), word("category"), word("since"), word("until")]
        rows: list[list[str | int]] = [[word("name"), *head] if of.names is not None else head]
        is_zh = language.startswith("zh")
        for one in of.posts:
            name = one["name"] if is_zh else one["name_en"] or one["name"]
            category = one["category"] if is_zh else one["category_en"] or one["category"]
            until = one["ended_at"] or one["until_at"]
            cells: list[str | int] = [name, category, self._day(one["from_at"]), self._day(until)]
            rows.append([of.names.get(one["person_id"], ""), *cells] if of.names is not None else cells)
        return rows

    def _day(self, at: datetime) -> str:
        return self._ledger.directory.calendar.to_local(at).date().isoformat()


def packed(record: Record, form: str) -> bytes:
    """The record as a file: "pdf" or "xlsx"."""
    return _DRAWN[form](record)
