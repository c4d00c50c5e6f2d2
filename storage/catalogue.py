"""The catalogue as the database holds it, read with the rest of the structure."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import time
from typing import Any

import sqlalchemy as sa

from . import schema
from .rules.catalogue import Catalogue, Category, Dish, Fee, Opening, Provider, ProviderKind, Service, Way
from .rules.days import parse_days

Rows = Callable[[sa.Table], Awaitable[list[Mapping[str, Any]]]]


async def load(rows: Rows) -> Catalogue:
    """Everything that is offered; `rows` reads a table without what was retired."""
    return Catalogue(
        [_category(row) for row in await rows(schema.category)],
        [_service(row) for row in await rows(schema.service)],
        [_provider(row) for row in await rows(schema.provider)],
        [_opening(row) for row in await rows(schema.opening)],
        [_dish(row) for row in await rows(schema.dish)],
    )


def _category(row: Mapping[str, Any]) -> Category:
    return Category(**{name: row[name] for name in Category.__slots__} | {"emoji": row["emoji"] or ""})


def _service(row: Mapping[str, Any]) -> Service:
    plain = {name: row[name] for name in Service.__slots__}
    return Service(
        **plain
        | {
            "aliases": tuple((row["aliases"] or "").split()),
            "papers": _lines(row["papers"]),
            "papers_en": _lines(row["papers_en"]),
            "fee": Fee(row["fee"]),
            "ways": () if row["is_off"] else tuple(Way(one) for one in row["ways"]),
            "providers": None if row["providers"] is None else tuple(row["providers"]),
        }
    )


def _lines(text: str | None) -> tuple[str, ...]:
    return tuple(line.strip() for line in (text or "").splitlines() if line.strip())


def _provider(row: Mapping[str, Any]) -> Provider:
    plain = {name: row[name] for name in Provider.__slots__}
    skills = None if row["skills"] is None else frozenset(row["skills"])
    return Provider(**plain | {"kind": ProviderKind(row["kind"]), "skills": skills})


def _opening(row: Mapping[str, Any]) -> Opening:
    return Opening(
        row["provider_id"], parse_days(row["days"]), _clock(row["begins"]), _clock(row["ends"]), bool(row["is_shut"])
    )


def _clock(text: str | None) -> time | None:
    return None if text is None else time.fromisoformat(text)


def _dish(row: Mapping[str, Any]) -> Dish:
    return Dish(**{name: row[name] for name in Dish.__slots__} | {"days": parse_days(row["days"])})
