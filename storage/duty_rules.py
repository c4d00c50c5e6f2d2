"""The rules of the duty roster as the database holds them, read with the rest of the structure."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, time
from typing import Any

import sqlalchemy as sa

from . import schema
from .rules.days import parse_days
from .rules.roster import DutyRule, Turn

Rows = Callable[[sa.Table], Awaitable[list[Mapping[str, Any]]]]


async def load(rows: Rows) -> tuple[DutyRule, ...]:
    """Every rule that was not retired, in the order of their codes; `rows` reads a table."""
    return tuple(sorted((_rule(row) for row in await rows(schema.duty_rule)), key=lambda rule: rule.code))


def _rule(row: Mapping[str, Any]) -> DutyRule:
    return DutyRule(
        id=row["id"],
        code=row["code"],
        role=row["role"],
        place_id=row["place_id"],
        people=tuple(row["people"]),
        turn=Turn(row["turn"]),
        days=parse_days(row["days"]),
        begins=time.fromisoformat(row["begins"]),
        ends=time.fromisoformat(row["ends"]),
        first=day_of(row["from_day"]),
        last=None if row["until_day"] is None else day_of(row["until_day"]),
    )


def day_of(number: int) -> date:
    """A day from its number: yyyymmdd."""
    return date(number // 10_000, number // 100 % 100, number % 100)


def number_of(day: date) -> int:
    """A day as the database keeps it: yyyymmdd."""
    return day.year * 10_000 + day.month * 100 + day.day
