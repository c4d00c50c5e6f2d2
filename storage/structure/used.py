"""What cannot be retired yet: kinds with open matters, services and providers with open bookings, rows still named."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.schema import booking, provider, service, ticket

from .columns import SHEETS
from .compare import Differences
from .held import Row
from .line import named
from .problems import Problem, Reason, StructureError


async def refuse_what_is_used(connection: AsyncConnection, differences: Differences) -> None:
    """Raises StructureError when something that is gone from the sheets is still needed."""
    missing = {name: one.missing for name, one in differences.sheets.items()}
    problems = [
        *await _used(connection, "kinds", Reason.KIND_IN_USE, _open_kinds(missing["kinds"])),
        *await _used(connection, "services", Reason.STILL_BOOKED, _booked(service, missing.get("services", {}))),
        *await _used(connection, "providers", Reason.STILL_BOOKED, _booked(provider, missing.get("providers", {}))),
    ]
    for name, sheet in SHEETS.items():
        if sheet.is_optional and name not in missing:
            living = sa.select(sheet.table).where(sheet.table.c.retired_at.is_(None))
            rows = [dict(row) for row in (await connection.execute(living)).mappings()]
            problems.extend(_named(name, rows, missing))
    if problems:
        raise StructureError(problems)


def _open_kinds(missing: Iterable[str]) -> sa.Select[Any]:
    return sa.select(ticket.c.kind).distinct().where(ticket.c.kind.in_(list(missing)), ticket.c.closed_at.is_(None))


def _booked(table: sa.Table, missing: Mapping[str, Row]) -> sa.Select[Any]:
    """The codes of those with bookings that are not closed."""
    ids = [row["id"] for row in missing.values()]
    return (
        sa.select(table.c.code)
        .distinct()
        .join(booking, booking.c[f"{table.name}_id"] == table.c.id)
        .join(ticket, ticket.c.id == booking.c.id)
        .where(table.c.id.in_(ids), ticket.c.closed_at.is_(None))
    )


async def _used(connection: AsyncConnection, sheet: str, reason: Reason, query: sa.Select[Any]) -> Iterator[Problem]:
    codes = sorted((await connection.execute(query)).scalars())
    return (Problem(reason, sheet, params={"value": code}) for code in codes)


def _named(name: str, rows: Iterable[Row], missing: Mapping[str, Mapping[str, Row]]) -> Iterator[Problem]:
    """Rows of an absent sheet that name what is gone from the others."""
    for column, ref in SHEETS[name].refs.items():
        for target in ref.sheets:
            key = "code" if ref.column is None else "id"
            gone = {row[key]: code for code, row in missing.get(target, {}).items()}
            for row in rows:
                cell = row[SHEETS[name].kept[column]]
                for one in gone.keys() & set(named(cell) if not isinstance(cell, int) else (cell,)):
                    params = {"value": gone[one], "named_by": row["code"], "in_sheet": name}
                    yield Problem(Reason.STILL_NAMED, target, params=params)
