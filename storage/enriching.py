"""Later words about a danger: they reach everybody who is called, and a place that comes late calls the right ones."""

from collections.abc import Mapping, Sequence
from typing import Any

from . import handling, routing, tickets
from .rules.lifecycle import Event, State
from .work import Work

UNOWNED = {State.NEW, State.OFFERED}


async def enrich(
    work: Work,
    ticket: dict[str, Any],
    words: str,
    files: Sequence[Mapping[str, Any]],
    *,
    place_id: int | None = None,
    room: str | None = None,
    position: tuple[float, float] | None = None,
    is_guess: bool = False,
) -> None:
    """Add words, pictures or a position. Raises what `add_words` raises.

    A place counts only while none is known, or while the known one `is_guess`.
    """
    if position is not None:
        tickets.alter(work, ticket, latitude=position[0], longitude=position[1])
        files = [*files, *tickets.position_of(ticket)]
    is_open = ticket["place_id"] is None or (is_guess and ticket["place_id"] != place_id)
    is_place_new = is_open and place_id is not None
    if is_place_new:
        tickets.alter(work, ticket, place_id=place_id, room=room)
    if words or files:
        await handling.add_words(work, ticket, words, files)
    if is_place_new:
        me = work.person["id"] if work.person else None
        await tickets.move(work, ticket, Event.PLACE_CHANGED, me)
        if ticket["state"] in UNOWNED:
            await routing.offer_next(work, ticket, me)
        await tickets.show(work, ticket)
