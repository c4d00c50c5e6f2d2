"""What neighbours do for each other, as the database holds it, read with the rest of the structure."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import sqlalchemy as sa

from . import schema
from .rules.errands import Errand, Helping, Organisation, Per, PointRule, Post, Reward, Skill, Who

Rows = Callable[[sa.Table], Awaitable[list[Mapping[str, Any]]]]
_NAMED = ("id", "code", "name", "name_en", "position")


async def load(rows: Rows) -> Helping:
    """Everything that neighbours do; `rows` reads a table without what was retired."""
    return Helping(
        [_errand(row) for row in await rows(schema.errand)],
        [Skill(**_some(row, *_NAMED, "months")) for row in await rows(schema.skill)],
        [Organisation(**_some(row, *_NAMED[:4], "place_id", "contact_id")) for row in await rows(schema.organisation)],
        [_post(row) for row in await rows(schema.post)],
        [_point_rule(row) for row in await rows(schema.point_rule)],
        [_reward(row) for row in await rows(schema.reward)],
    )


def _some(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: row[name] for name in names}


def _errand(row: Mapping[str, Any]) -> Errand:
    return Errand(
        **_some(row, *_NAMED, "minutes", "helpers"),
        emoji=row["emoji"] or "",
        aliases=tuple((row["aliases"] or "").split()),
        skills=tuple(row["skills"] or ()),
        is_trusted=bool(row["is_trusted"]),
        needs_sign_in=bool(row["needs_sign_in"]),
    )


def _post(row: Mapping[str, Any]) -> Post:
    return Post(**_some(row, *_NAMED, "category", "category_en", "place_id", "seats", "months"))


def _point_rule(row: Mapping[str, Any]) -> PointRule:
    return PointRule(
        **_some(row, *_NAMED, "points", "daily_limit", "months"),
        who=Who(row["who"]),
        per=Per(row["per"]),
        errands=frozenset(row["errands"]) if row["errands"] else None,
    )


def _reward(row: Mapping[str, Any]) -> Reward:
    return Reward(**_some(row, *_NAMED, "price"), emoji=row["emoji"] or "")
