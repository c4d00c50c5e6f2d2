"""What the database holds of the structure now, keyed as the sheets key it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.schema import calendar_day, person, role_grant

from .columns import SHEETS

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Held:
    """Rows of the coded sheets by sheet and code; `strangers` are people without a code, by their Telegram id."""

    rows: Mapping[str, Mapping[str, Row]]
    strangers: Mapping[int, Row]
    grants: Mapping[tuple[int, str, int], Row]
    days: Mapping[str, Row]


async def load(connection: AsyncConnection) -> Held:
    """Read all of it, retired rows too; of grants only those that are in force."""

    async def rows(query: sa.Select[Any]) -> list[Row]:
        return list((await connection.execute(query)).mappings())

    async def by_code(table: sa.Table) -> dict[str, Row]:
        return {row["code"]: row for row in await rows(sa.select(table).where(table.c.code.is_not(None)))}

    strangers = sa.select(person).where(person.c.code.is_(None), person.c.telegram_id.is_not(None))
    grants = await rows(sa.select(role_grant).where(role_grant.c.revoked_at.is_(None)))
    return Held(
        rows={name: await by_code(sheet.table) for name, sheet in SHEETS.items() if sheet.is_coded},
        strangers={row["telegram_id"]: row for row in await rows(strangers)},
        grants={(row["person_id"], row["role"], row["place_id"]): row for row in grants},
        days={str(row["id"]): row for row in await rows(sa.select(calendar_day).order_by(calendar_day.c.id))},
    )
