"""Elders of the family: how somebody names the one for whom a thing is, and whether the link still stands."""

from collections.abc import Collection, Mapping
from typing import Any

from handlers.context import Context
from handlers.resident.short import says
from storage import family
from storage.ledger import Row
from storage.rules.press import base36

PARENTS = ("mother", "father")


def meant(elders: Collection[Mapping[str, Any]], text: str) -> str | None:
    """What typed words say of it: oneself, or an elder by name."""
    if says(text, "no", "myself"):
        return "myself"
    elder = next((one for one in elders if one["name"] and one["name"] in text), None)
    if elder is not None:
        return f"e{base36(elder['id'])}"
    return next((one for one in PARENTS if says(text, one)), None)


async def by_code(context: Context, code: str) -> Row | None:
    """An elder of whoever asks; None where the link has ended since the question was asked."""
    elders = await family.elders_of(context.work.ledger, context.person["id"])
    return next((row for row in elders if base36(row["id"]) == code), None)
