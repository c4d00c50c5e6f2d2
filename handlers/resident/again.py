"""A neighbour took back what this person had joined: it can be reported as one's own with one press."""

from handlers import entry
from handlers.context import Context
from handlers.said import Said
from storage import tickets
from storage.rules.errors import NotYours
from storage.rules.press import Press

from . import report
from .about import ticket_of


@entry.pressed("again")
async def again(context: Context, pressed: Press, _said: Said) -> None:
    """Begin with one's own words, the kind and the place. Raises NotYours for who had not joined."""
    ticket = await ticket_of(context, pressed)
    rows = await tickets.followers_of(context.work.ledger, ticket["id"])
    mine = next((row for row in rows if row["person_id"] == context.person["id"]), None)
    if mine is None:
        raise NotYours
    await report.start(
        context,
        Said(text=mine["words"] or ""),
        kind=ticket["kind"],
        is_kind_sure=True,
        place_id=ticket["place_id"],
        is_place_sure=ticket["place_id"] is not None,
        answered=["kind", "place"],
    )
