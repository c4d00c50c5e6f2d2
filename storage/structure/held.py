"""What the database holds of the structure now, keyed as the sheets key it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.schema import calendar_day, kind, person, place, role_grant, routing_rule

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Held:
    """Rows by their key; `strangers` are people without a code, by their Telegram id."""

    places: Mapping[str, Row]
    people: Mapping[str, Row]
    strangers: Mapping[int, Row]
    grants: Mapping[tuple[int, str, int], Row]
    kinds: Mapping[str, Row]
    rules: Mapping[str, Row]
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
        places=await by_code(place),
        people=await by_code(person),
        strangers={row["telegram_id"]: row for row in await rows(strangers)},
        grants={(row["person_id"], row["role"], row["place_id"]): row for row in grants},
        kinds=await by_code(kind),
        rules=await by_code(routing_rule),
        days={str(row["id"]): row for row in await rows(sa.select(calendar_day))},
    )


async def has_tables(connection: AsyncConnection) -> bool:
    """Whether the database was migrated at all."""
    return await connection.run_sync(lambda plain: sa.inspect(plain).has_table(place.name))
