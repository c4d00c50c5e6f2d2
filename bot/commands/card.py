"""`linli qr --card`: what stands on a community's card, and the file of all cards."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.posters import Card, Say, write_cards
from bot.posters.card import MOST_SERVICES
from storage import booking_lists
from storage.directory import Directory, Place
from storage.engine import Database
from storage.rules.catalogue import Service

CARDS = "cards.pdf"
COUNTED = timedelta(days=90)


async def used(database: Database, structure: Directory) -> dict[int, Counter[int]]:
    """How often each service was booked in the last 90 days, by community."""
    found: dict[int, Counter[int]] = {}
    async with database.reading() as connection:
        rows = await booking_lists.counted(connection, datetime.now(UTC) - COUNTED)
    for place_id, service_id, count in rows:
        community = structure.community_of(place_id)
        if community is not None:
            found.setdefault(community.id, Counter())[service_id] += count
    return found


def communities(structure: Directory, code: str | None) -> list[Place]:
    """All of them, or the one of a place that is named."""
    if code is not None:
        named = structure.by_code.get(code)
        found = structure.community_of(named.id) if named is not None else None
        return [found] if found is not None else []
    return sorted((one for one in structure.places.values() if one.level == "community"), key=lambda one: one.code)


def chosen(structure: Directory, counts: Counter[int]) -> list[Service]:
    """The most used first; what nobody booked follows in the order of the sheet, one from each shelf in turn."""
    services = list(structure.catalogue.services.values())
    most = sorted((one for one in services if counts[one.id]), key=lambda one: (-counts[one.id], one.position))
    shelves = [structure.catalogue.of_category(one) for one in structure.catalogue.categories]
    longest = max((len(one) for one in shelves), default=0)
    rest = [shelf[row] for row in range(longest) for shelf in shelves if row < len(shelf)]
    return [*most, *(one for one in rest if not counts[one.id])][:MOST_SERVICES]


def card_of(structure: Directory, community: Place, counts: Counter[int], bot_name: str) -> Card:
    """A community's card: its code opens the chat and says nothing of a place, for a card goes about."""
    up = structure.ancestors(community.id)
    return Card(
        url=f"https://t.me/{bot_name}",
        community=(community.name, community.name_en or ""),
        hotline=next((one.hotline for one in up if one.hotline), None),
        services=[
            (one.name, one.name_en, None if one.can_be_booked else one.phone) for one in chosen(structure, counts)
        ],
    )


def write(folder: Path, cards: list[Card], say: Say, font: Path | None) -> Path:
    """One file, a page each. Raises what `write_cards` raises."""
    folder.mkdir(parents=True, exist_ok=True)
    write_cards(folder / CARDS, cards, say, font)
    return folder / CARDS
