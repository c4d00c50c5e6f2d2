"""Whom a place in the line concerns, and how they are told: the owner, who asked for them, and the family together."""

from collections.abc import Sequence
from typing import Any

from . import family, people, schema
from .ledger import Row
from .rules.catalogue import Service
from .rules.errors import Refusal
from .rules.press import press
from .work import Button, Priority, Work

Buttons = list[list[Button]]


class WaitOver(Refusal):
    """They do not wait any more."""

    code = "wait_over"


def change(work: Work, row: Row, **values: Any) -> None:
    """Change a row of the line."""
    work.changes.update(schema.waiting, row, **values)


def buttons(row: Row, hold_id: int) -> Buttons:
    """Take the time that is kept, let it go by, or wait no longer."""
    return [
        [("wait_take", press("bwtake", row["id"], hold_id))],
        [("wait_pass", press("bwpass", row["id"], hold_id)), ("wait_leave", press("bwleave", row["id"]))],
    ]


async def told(work: Work, row: Row) -> list[Row]:
    """Whom it concerns: the owner, who asked for them, and the family unless it is confidential."""
    service = service_of(work, row)
    kind = work.directory.kinds.get(service.kind)
    is_confidential = service.is_confidential or (kind is not None and kind.is_confidential)
    former = {one["relative_id"] for one in await people.family_of(work.ledger, row["owner_id"]) if one["ended_at"]}
    found = await people.at_hand(work, {row["owner_id"], row["person_id"]} - former)
    relatives = await family.told(work, row["owner_id"], is_confidential=is_confidential)
    return list({**found, **{one["id"]: one for one in relatives}}.values())


async def tell(
    work: Work,
    row: Row,
    message: str,
    rows: Sequence[Sequence[Button]] = (),
    *,
    but: int = 0,
    hold_id: int | None = None,
    **params: Any,
) -> None:
    """Tell all whom it concerns, except `but`; of a time that `hold_id` keeps once each."""
    service = service_of(work, row)
    for person in await told(work, row):
        if person["id"] != but:
            work.notify(
                person,
                message,
                rows,
                priority=Priority.NEWS,
                key=None if hold_id is None else key_of(row, hold_id, person["id"]),
                service=service.name_in(person["language"]),
                is_own=person["id"] == row["owner_id"],
                **params,
            )


def service_of(work: Work, row: Row) -> Service:
    """Its service. Raises WaitOver when an import took that away."""
    service = work.directory.catalogue.services.get(row["service_id"])
    if service is None:
        raise WaitOver
    return service


def key_of(row: Row, hold_id: int, person_id: int) -> str:
    """The key of the message by which somebody was asked whether they take a time."""
    return f"waiting:{row['id']}:{hold_id}:{person_id}"
