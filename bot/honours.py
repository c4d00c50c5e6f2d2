"""The year's drafts for 金牌管家 and 社区好人 as a workbook: two sheets, every line with the reasons written out."""

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from storage import honours, people
from storage.ledger import Ledger, Row
from storage.rules.honours import ENOUGH_RATINGS, Nominee
from storage.work import Work

from .texts import Texts
from .unsent import Suppressed

_MINUTES = 60
_WIDTHS = (6, 14, 26, 8, 8, 8, 8, 8, 10, 8, 8, 70)


class Honours:
    """Draws them, for whoever may have them at the moment of sending."""

    def __init__(self, ledger: Ledger, texts: Texts) -> None:
        self._ledger = ledger
        self._texts = texts

    async def make(self, params: Any, person: Row, now: datetime) -> bytes:
        """The workbook of a community and a year. Raises Suppressed for who may not see it any more."""
        work = Work.for_clock(self._ledger, now)
        place_id, year = params["place"], params["year"]
        grants = await people.grants_of(self._ledger, [person["id"]])
        if person["retired_at"] is not None or not honours.may_see(work, grants, person["id"], place_id):
            raise Suppressed
        found = await honours.drafts(work, place_id, year)
        book = Workbook(write_only=True)
        language = person["language"]
        for title, some in (("stewards", found.stewards), ("neighbours", found.neighbours)):
            self._sheet(book, self._word(language, title, now, year=year), some, found.people, language, now)
        buffer = io.BytesIO()
        book.save(buffer)
        return buffer.getvalue()

    def _sheet(self, book: Any, title: str, some: Sequence[Nominee], named: Any, language: str, now: datetime) -> None:
        tab = book.create_sheet(title)
        for letter, width in zip("ABCDEFGHIJKL", _WIDTHS, strict=True):
            tab.column_dimensions[letter].width = width
        tab.freeze_panes = "A3"
        tab.append([_text(tab, self._word(language, "note", now, enough=ENOUGH_RATINGS))])
        tab.append([_text(tab, one) for one in self._word(language, "head", now).split("|")])
        for one in some:
            person = named[one.year.person_id]
            tab.append(
                [_text(tab, cell) if isinstance(cell, str) else cell for cell in self._line(one, person, language, now)]
            )

    def _line(self, one: Nominee, person: Row, language: str, now: datetime) -> list[str | int | float]:
        year = one.year
        average = round(year.average, 1) if year.average is not None else None
        home = self._ledger.directory.name(person["home_id"], language) if person["home_id"] is not None else ""
        hours = round(year.minutes / _MINUTES, 1)
        reasons = self._word(
            language,
            "reasons",
            now,
            points=year.points,
            services=year.services,
            hours=hours,
            average=average,
            ratings=year.ratings,
            disputes=year.disputes,
            misses=year.misses,
        )
        counted = [
            one.score,
            year.points,
            year.services,
            hours,
            average or "",
            year.ratings,
            year.disputes,
            year.misses,
        ]
        return [one.place, person["name"], home, *counted, reasons]

    def _word(self, language: str, key: str, now: datetime, **params: Any) -> str:
        return self._texts.plain(language, f"sheet.honours_{key}", params, now)


def _text(tab: Any, text: str) -> Any:
    """A cell that stays text whatever somebody is called: no spreadsheet takes it for a formula."""
    cell = WriteOnlyCell(tab, value=text)
    cell.data_type = "s"
    cell.quotePrefix = True
    return cell
